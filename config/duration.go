package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as people write it: "90d", "6h", "1h30m",
// "2w".
type Duration time.Duration

// UnmarshalYAML reads one.
func (d *Duration) UnmarshalYAML(b []byte) error {
	v, err := ParseDuration(strings.Trim(strings.TrimSpace(string(b)), `"'`))
	*d = Duration(v)
	return err
}

// ParseDuration reads "90d", "2w", "6h", "1h30m". Days are 24 hours and weeks
// seven days.
func ParseDuration(s string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(s, unit); ok {
			v, err := strconv.Atoi(n)
			if err == nil && v >= 0 && v <= 36500 {
				return time.Duration(v) * length, nil
			}
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return 0, fmt.Errorf("%q is not a length of time such as 6h, 90d or 2w", s)
	}
	return v, nil
}
