package main

import (
	"io"
	"text/tabwriter"
)

// table lines figures up in columns; it must be flushed.
func table(out io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// first are at most n of a list, and none where n is negative.
func first[T any](list []T, n int) []T { return list[:min(max(n, 0), len(list))] }
