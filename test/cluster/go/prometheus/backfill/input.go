package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/prometheus/prometheus/model/labels"
)

// A series on an even grid of instants; NaN where there is no sample.
type series struct {
	labels  labels.Labels
	startMs int64
	stepMs  int64
	values  []float64
}

// What stands before the values of a series.
type header struct {
	Labels  map[string]string `json:"labels"`
	StartMs int64             `json:"startMs"`
	StepMs  int64             `json:"stepMs"`
	Count   int               `json:"count"`
}

// input reads, for each series: the header's length (4 bytes, little endian), the header as JSON, then `count` values
// as float64, little endian.
type input struct {
	reader *bufio.Reader
}

func newInput(from io.Reader) *input {
	return &input{reader: bufio.NewReaderSize(from, 1<<20)}
}

// next returns io.EOF after the last whole series.
func (in *input) next() (*series, error) {
	var length [4]byte
	if _, err := io.ReadFull(in.reader, length[:]); err != nil {
		return nil, err
	}
	text := make([]byte, binary.LittleEndian.Uint32(length[:]))
	if _, err := io.ReadFull(in.reader, text); err != nil {
		return nil, fmt.Errorf("header cut off: %w", io.ErrUnexpectedEOF)
	}
	var head header
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("header %q: %w", text, err)
	}
	raw := make([]byte, 8*head.Count)
	if _, err := io.ReadFull(in.reader, raw); err != nil {
		return nil, fmt.Errorf("values of %v cut off: %w", head.Labels, io.ErrUnexpectedEOF)
	}
	values := make([]float64, head.Count)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return &series{labels: labels.FromMap(head.Labels), startMs: head.StartMs, stepMs: head.StepMs, values: values}, nil
}
