package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
)

// readRows yields the rows of a file of JSON lines, "-" for standard input.
// Blank lines are skipped; the first line that is no JSON object of the wanted
// shape ends it with an error that names file and line.
func readRows[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		in := io.Reader(os.Stdin)
		if path != "-" {
			f, err := os.Open(path)
			if err != nil {
				yield(zero, fmt.Errorf("read rows: %w", err))
				return
			}
			defer f.Close()
			in = f
		}
		r := bufio.NewReaderSize(in, 1<<20)
		for line := 1; ; line++ {
			data, err := r.ReadBytes('\n')
			if len(bytes.TrimSpace(data)) > 0 {
				var row T
				if jsonErr := json.Unmarshal(data, &row); jsonErr != nil {
					yield(zero, fmt.Errorf("read rows: %s:%d: %w", path, line, jsonErr))
					return
				}
				if !yield(row, nil) {
					return
				}
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(zero, fmt.Errorf("read rows: %s: %w", path, err))
				return
			}
		}
	}
}

// allRows reads a whole file.
func allRows[T any](path string) ([]T, error) {
	var rows []T
	for row, err := range readRows[T](path) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
