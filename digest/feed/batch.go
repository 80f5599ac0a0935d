package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/daybrief/daybrief/digest"
)

// Limits of one batch that a program sends, in bytes and rows.
const (
	MaxBatch     = 16 << 20
	MaxBatchRows = 10_000
)

// ErrBatchTooLarge says that a batch is over one of its limits (HTTP 413).
var ErrBatchTooLarge = errors.New("the batch is too large")

// Batch is what a program sent, as read.
type Batch struct {
	Articles []digest.Article // clean
	Unknown  map[string]int   // keys that no field has, and how often they came
}

// RowError is what is wrong with one row of a batch (HTTP 422). Rows count
// from 1, empty lines left out.
type RowError struct {
	Row int
	Err error
}

// Error names the row.
func (e *RowError) Error() string { return fmt.Sprintf("row %d: %v", e.Row, e.Err) }

// Unwrap returns what is wrong.
func (e *RowError) Unwrap() error { return e.Err }

// ReadBatch reads articles as JSON, one object a line or one array of them.
// Source names those that name no source. It is all or nothing: the first
// wrong row is an Invalid error that wraps a RowError, a batch over the limits
// one that wraps ErrBatchTooLarge. Sending a batch again adds nothing, since
// articles are known by their identity.
func ReadBatch(r io.Reader, source string) (Batch, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBatch+1))
	switch {
	case err != nil:
		return Batch{}, digest.Errorf(digest.Unavailable, "the batch did not arrive whole: %w", err)
	case len(data) > MaxBatch:
		return Batch{}, tooLarge("%d MiB", MaxBatch>>20)
	}
	rows, err := batchRows(bytes.TrimSpace(data))
	if err != nil {
		return Batch{}, err
	}
	b := Batch{Articles: make([]digest.Article, 0, len(rows)), Unknown: map[string]int{}}
	for i, row := range rows {
		a, err := articleFromJSON(row, func(key string) { b.Unknown[key]++ })
		if a.Source == "" {
			a.Source = source
		}
		if err == nil {
			err = a.Clean()
		}
		if err != nil {
			return Batch{}, digest.Errorf(digest.Invalid, "%w", &RowError{i + 1, err})
		}
		b.Articles = append(b.Articles, a)
	}
	return b, nil
}

func tooLarge(format string, args ...any) error {
	return digest.Errorf(digest.Invalid, "%w: it may have "+format, append([]any{ErrBatchTooLarge}, args...)...).
		WithHint("Send it in parts.")
}

// batchRows divides a body into its rows.
func batchRows(data []byte) ([][]byte, error) {
	var rows [][]byte
	if len(data) > 0 && data[0] == '[' {
		var array []json.RawMessage
		if err := json.Unmarshal(data, &array); err != nil {
			return nil, digest.Errorf(digest.Invalid, "%w", jsonError(err))
		}
		for _, row := range array {
			rows = append(rows, row)
		}
	} else {
		for line := range bytes.SplitSeq(data, []byte{'\n'}) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				rows = append(rows, line)
			}
		}
	}
	if len(rows) > MaxBatchRows {
		return nil, tooLarge("%d rows", MaxBatchRows)
	}
	return rows, nil
}
