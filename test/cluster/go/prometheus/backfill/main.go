// Command backfill writes a history into metrics servers: as blocks into the data folder of a Prometheus that is not
// running (--blocks FOLDER), and by remote write into servers that are (--remote-write URL). It reads the series from
// standard input in the form that input.go describes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// A sink takes whole series and makes them durable when closed.
type sink interface {
	add(s *series) error
	close() error
}

func main() {
	blocks := flag.String("blocks", "", "data folder of a Prometheus that is not running")
	remote := flag.String("remote-write", "", "address of a server's remote write API")
	flag.Parse()
	if err := run(*blocks, *remote); err != nil {
		fmt.Fprintln(os.Stderr, "backfill:", err)
		os.Exit(1)
	}
}

func run(blocks, remote string) error {
	var sinks []sink
	if blocks != "" {
		sinks = append(sinks, newBlockSink(blocks))
	}
	if remote != "" {
		sinks = append(sinks, newRemoteSink(remote))
	}
	if len(sinks) == 0 {
		return errors.New("nowhere to write to: give --blocks or --remote-write")
	}
	in := newInput(os.Stdin)
	for {
		s, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		for _, to := range sinks {
			if err := to.add(s); err != nil {
				return err
			}
		}
	}
	for _, to := range sinks {
		if err := to.close(); err != nil {
			return err
		}
	}
	return nil
}
