package story

import (
	"encoding/binary"
	"math"

	"github.com/daybrief/daybrief/digest"
)

// version is the first byte of encoded features. A reader of another version
// refuses them, and the article is read anew from its title.
const version = 1

// Bits of the byte of flags.
const (
	flagFull = 1 << iota
	flagURL
	flagSeries
	flagDay
)

// Bits of the byte that goes with each term; the two lowest are its class.
const (
	termName    = 1 << 2
	termSalient = 1 << 3
	termSame    = 1 << 4 // the surface is the stem
	termPrefix  = 1 << 5 // the stem is a beginning of the surface
	termUsed    = 1<<6 - 1
)

// encode writes f: a version, flags, fixed fields, then lists, each preceded
// by its length. Whole numbers are little endian or varints.
func (f *features) encode() []byte {
	b := make([]byte, 0, 64+sketchSize*4+len(f.terms)*12)
	b = append(b, version, f.flags(), byte(f.routine))
	b = appendString(b, f.lang)
	b = binary.LittleEndian.AppendUint64(b, f.words)
	if f.url != 0 {
		b = binary.LittleEndian.AppendUint64(b, f.url)
	}
	if f.series != 0 {
		b = binary.LittleEndian.AppendUint64(b, f.series)
	}
	if f.day != 0 {
		b = binary.AppendVarint(b, int64(f.day))
	}
	if f.full {
		b = binary.LittleEndian.AppendUint64(b, f.simhash)
		for _, x := range f.sketch {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
	}
	b = append(b, byte(len(f.places)))
	for _, p := range f.places {
		b = append(b, p[0], p[1])
	}
	b = append(b, byte(len(f.amounts)))
	for _, a := range f.amounts {
		b = appendString(b, a.unit)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(a.value))
	}
	b = append(b, byte(len(f.terms)))
	for i := range f.terms {
		b = f.terms[i].append(b)
	}
	return b
}

func (f *features) flags() (out byte) {
	for i, set := range []bool{f.full, f.url != 0, f.series != 0, f.day != 0} {
		if set {
			out |= 1 << i
		}
	}
	return out
}

func (t *term) append(b []byte) []byte {
	flags := byte(t.class)
	if t.name {
		flags |= termName
	}
	if t.salient {
		flags |= termSalient
	}
	n := len(t.stem)
	switch {
	case t.stem == t.surface:
		return appendString(append(b, flags|termSame), t.stem)
	case n < len(t.surface) && t.surface[:n] == t.stem:
		return append(appendString(append(b, flags|termPrefix), t.surface), byte(n))
	}
	return appendString(appendString(append(b, flags), t.surface), t.stem)
}

// appendString writes a string of at most 255 bytes.
func appendString(b []byte, s string) []byte {
	if len(s) > 255 {
		s = s[:255]
	}
	return append(append(b, byte(len(s))), s...)
}

// errFeatures says that bytes are no features of this version.
var errFeatures = digest.Errorf(digest.Invalid, "the stored features of an article cannot be read").
	WithHint("They are made again when the article is grouped from its title.")

// decode reads what encode wrote into f, whose lists are used again. Strings
// of f point into data.
func (f *features) decode(data []byte) error {
	d := decoder{data: string(data)}
	*f = features{terms: f.terms[:0], amounts: f.amounts[:0], places: f.places[:0]}
	if d.byte() != version {
		return errFeatures
	}
	flags := d.byte()
	f.full = flags&flagFull != 0
	f.routine = routine(d.byte())
	f.lang = d.string()
	f.words = d.uint64()
	if flags&flagURL != 0 {
		f.url = d.uint64()
	}
	if flags&flagSeries != 0 {
		f.series = d.uint64()
	}
	if flags&flagDay != 0 {
		f.day = int32(d.varint())
	}
	if f.full {
		f.simhash = d.uint64()
		for i := range f.sketch {
			f.sketch[i] = d.uint32()
		}
	}
	d.lists(f)
	if d.bad || d.data != "" || flags >= 1<<4 || f.routine >= routines {
		return errFeatures
	}
	return nil
}

func (d *decoder) lists(f *features) {
	for n := int(d.byte()); n > 0 && !d.bad; n-- {
		f.places = append(f.places, d.take(2))
	}
	for n := int(d.byte()); n > 0 && !d.bad; n-- {
		f.amounts = append(f.amounts, amount{unit: d.string(), value: math.Float32frombits(d.uint32())})
	}
	for n := int(d.byte()); n > 0 && !d.bad; n-- {
		f.terms = append(f.terms, d.term())
	}
	if len(f.places) > maxPlaces || len(f.amounts) > maxAmounts || len(f.terms) > maxTerms {
		d.bad = true
	}
}

// decoder reads from data; after a mistake bad is set and all reads give
// zero values.
type decoder struct {
	data string
	bad  bool
}

func (d *decoder) take(n int) string {
	if d.bad || n > len(d.data) {
		d.bad = true
		return ""
	}
	s := d.data[:n]
	d.data = d.data[n:]
	return s
}

func (d *decoder) byte() byte {
	if s := d.take(1); s != "" {
		return s[0]
	}
	return 0
}

func (d *decoder) string() string { return d.take(int(d.byte())) }

func (d *decoder) uint32() (v uint32) {
	for i, c := range []byte(d.take(4)) {
		v |= uint32(c) << (8 * i)
	}
	return v
}

func (d *decoder) uint64() uint64 {
	lo := d.uint32()
	return uint64(lo) | uint64(d.uint32())<<32
}

func (d *decoder) varint() int64 {
	var u uint64
	for shift := 0; shift < 64; shift += 7 {
		c := d.byte()
		u |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return int64(u>>1) ^ -int64(u&1)
		}
	}
	d.bad = true
	return 0
}

func (d *decoder) term() (t term) {
	flags := d.byte()
	t.class = class(flags & 3)
	t.name, t.salient = flags&termName != 0, flags&termSalient != 0
	t.surface = d.string()
	switch {
	case flags&termSame != 0:
		t.stem = t.surface
	case flags&termPrefix != 0:
		n := int(d.byte())
		if n > len(t.surface) {
			d.bad = true
			return t
		}
		t.stem = t.surface[:n]
	default:
		t.stem = d.string()
	}
	if flags > termUsed || t.class > inTitle || t.stem == "" {
		d.bad = true
	}
	return t
}
