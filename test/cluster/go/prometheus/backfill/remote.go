package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"

	"github.com/golang/snappy"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
)

// Samples in one request: some megabytes.
const samplesPerRequest = 200_000

// Requests at the same time.
const senders = 2

// remoteSink posts series to a server that takes samples in any order of time, as VictoriaMetrics does.
type remoteSink struct {
	url      string
	pending  []prompb.TimeSeries
	samples  int
	requests chan []prompb.TimeSeries
	done     chan error
}

func newRemoteSink(url string) *remoteSink {
	r := &remoteSink{url: url, requests: make(chan []prompb.TimeSeries), done: make(chan error, senders)}
	for range senders {
		go func() { r.done <- r.work() }()
	}
	return r
}

func (r *remoteSink) add(s *series) error {
	one := prompb.TimeSeries{}
	s.labels.Range(func(l labels.Label) {
		one.Labels = append(one.Labels, prompb.Label{Name: l.Name, Value: l.Value})
	})
	one.Samples = make([]prompb.Sample, 0, len(s.values))
	for i, value := range s.values {
		if !math.IsNaN(value) {
			one.Samples = append(one.Samples, prompb.Sample{Timestamp: s.startMs + int64(i)*s.stepMs, Value: value})
		}
	}
	if len(one.Samples) == 0 {
		return nil
	}
	r.pending = append(r.pending, one)
	if r.samples += len(one.Samples); r.samples >= samplesPerRequest {
		r.flush()
	}
	return nil
}

func (r *remoteSink) flush() {
	if len(r.pending) > 0 {
		r.requests <- r.pending
	}
	r.pending, r.samples = nil, 0
}

func (r *remoteSink) close() error {
	r.flush()
	close(r.requests)
	var failures []error
	for range senders {
		failures = append(failures, <-r.done)
	}
	return errors.Join(failures...)
}

// work takes requests until there are no more, even after a failure, so that nobody waits for it.
func (r *remoteSink) work() error {
	var failure error
	for request := range r.requests {
		if failure == nil {
			failure = r.post(request)
		}
	}
	return failure
}

func (r *remoteSink) post(timeseries []prompb.TimeSeries) error {
	message := prompb.WriteRequest{Timeseries: timeseries}
	body, err := message.Marshal()
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, r.url, bytes.NewReader(snappy.Encode(nil, body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("Content-Encoding", "snappy")
	request.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fmt.Errorf("%s answers %s: %s", r.url, response.Status, text)
	}
	return nil
}
