package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const dayMs = 24 * 60 * 60 * 1000

// Series in one transaction of a day's block.
const seriesPerCommit = 16

// blockSink writes one block for each UTC day, all days at the same time, because the series come whole.
type blockSink struct {
	folder string
	days   map[int64]*dayWriter
}

func newBlockSink(folder string) *blockSink {
	return &blockSink{folder: folder, days: map[int64]*dayWriter{}}
}

func (b *blockSink) add(s *series) error {
	for from := 0; from < len(s.values); {
		day := (s.startMs + int64(from)*s.stepMs) / dayMs
		to := min(len(s.values), int(((day+1)*dayMs-s.startMs+s.stepMs-1)/s.stepMs))
		writer, err := b.day(day)
		if err != nil {
			return err
		}
		writer.parts <- &series{
			labels:  s.labels,
			startMs: s.startMs + int64(from)*s.stepMs,
			stepMs:  s.stepMs,
			values:  s.values[from:to],
		}
		from = to
	}
	return nil
}

func (b *blockSink) day(day int64) (*dayWriter, error) {
	if writer, ok := b.days[day]; ok {
		return writer, nil
	}
	// A head refuses what is older than half its range before its newest sample.
	blocks, err := tsdb.NewBlockWriter(slog.New(slog.DiscardHandler), b.folder, 2*dayMs)
	if err != nil {
		return nil, err
	}
	writer := &dayWriter{blocks: blocks, parts: make(chan *series, 4*seriesPerCommit), done: make(chan error, 1)}
	go func() { writer.done <- writer.work() }()
	b.days[day] = writer
	return writer, nil
}

func (b *blockSink) close() error {
	for _, writer := range b.days {
		close(writer.parts)
	}
	var failures []error
	for day, writer := range b.days {
		if err := <-writer.done; err != nil {
			failures = append(failures, fmt.Errorf("day %d: %w", day, err))
		}
	}
	return errors.Join(failures...)
}

type dayWriter struct {
	blocks *tsdb.BlockWriter
	parts  chan *series
	done   chan error
}

// work takes parts until there are no more, even after a failure, so that nobody waits for it.
func (d *dayWriter) work() error {
	err := d.append()
	for range d.parts {
	}
	if err == nil {
		_, err = d.blocks.Flush(context.Background())
	}
	return errors.Join(err, d.blocks.Close())
}

func (d *dayWriter) append() error {
	appender := d.blocks.Appender(context.Background())
	count := 0
	for part := range d.parts {
		if err := appendPart(appender, part); err != nil {
			return err
		}
		if count++; count%seriesPerCommit == 0 {
			if err := appender.Commit(); err != nil {
				return err
			}
			appender = d.blocks.Appender(context.Background())
		}
	}
	return appender.Commit()
}

func appendPart(appender storage.Appender, part *series) error {
	var ref storage.SeriesRef
	var err error
	for i, value := range part.values {
		if math.IsNaN(value) {
			continue
		}
		if ref, err = appender.Append(ref, part.labels, part.startMs+int64(i)*part.stepMs, value); err != nil {
			return fmt.Errorf("%s: %w", part.labels, err)
		}
	}
	return nil
}
