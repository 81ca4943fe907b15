//go:build tools

// Package tools names the server that is built beside the back-fill program, so that go.mod keeps its modules.
package tools

import _ "github.com/prometheus/prometheus/cmd/prometheus"
