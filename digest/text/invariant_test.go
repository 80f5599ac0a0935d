package text

import (
	"testing"
	"unicode/utf8"
)

// checkDocument fails when a document breaks what its types promise.
func checkDocument(t *testing.T, d *Document) {
	t.Helper()
	if int(d.BodyFrom) > len(d.Words) || int(d.Dateline.To) > len(d.Words) || int(d.Dateline.End) > len(d.BodyText) {
		t.Fatalf("indexes beyond the text: %+v", d.Dateline)
	}
	last, at := Title, int32(0)
	for i, w := range d.Words {
		if (w.Field == Body) != (i >= int(d.BodyFrom)) {
			t.Fatalf("word %d is in field %d, the body begins at %d", i, w.Field, d.BodyFrom)
		}
		if w.Field != last {
			last, at = w.Field, 0
		}
		checkSpan(t, d.fieldText(w.Field), w.Start, w.End)
		if w.Start < at || w.Start >= w.End || w.Form == "" || w.Stem == noTerm {
			t.Fatalf("word %d is broken: %+v", i, w)
		}
		at = w.End
		if int(w.Sentence) >= len(d.Sentences) || w.Sentence < 0 {
			t.Fatalf("word %d in sentence %d of %d", i, w.Sentence, len(d.Sentences))
		}
		s := d.Sentences[w.Sentence]
		if w.Field == Body && i < int(d.Dateline.To) {
			if w.First || w.End > d.Dateline.End {
				t.Fatalf("dateline word %+v, dateline %+v", w, d.Dateline)
			}
			continue
		}
		if s.Field != w.Field || w.Start < s.Start || w.End > s.End || i < int(s.From) || i >= int(s.To) || w.First != (i == int(s.From)) {
			t.Fatalf("word %d %+v is not in its sentence %+v", i, w, s)
		}
	}
	for i, s := range d.Sentences {
		checkSpan(t, d.fieldText(s.Field), s.Start, s.End)
		if s.From >= s.To || s.Start >= s.End {
			t.Fatalf("sentence %d is empty: %+v", i, s)
		}
		if i > 0 && d.Sentences[i-1].Field == s.Field && (d.Sentences[i-1].End > s.Start || d.Sentences[i-1].Para > s.Para) {
			t.Fatalf("sentences %d and %d overlap", i-1, i)
		}
		_ = d.SentenceText(i)
	}
}

func checkSpan(t *testing.T, s string, start, end int32) {
	t.Helper()
	if start < 0 || start > end || int(end) > len(s) {
		t.Fatalf("span %d:%d of %d bytes", start, end, len(s))
	}
	if !utf8.ValidString(s) { // no rune to cut in a broken one
		return
	}
	if start < end && !utf8.RuneStart(s[start]) || int(end) < len(s) && !utf8.RuneStart(s[end]) {
		t.Fatalf("span %d:%d cuts a rune of %q", start, end, s)
	}
}

func FuzzAnalyse(f *testing.F) {
	for _, s := range []string{
		"", "U.S. stocks rose. US$ fell", "SEOUL, Oct 29 (Reuters) - South Korea's won fell 3.5 percent. \"No,\" he said.",
		"(서울=연합뉴스) 홍길동 기자 = 한국은행은 금리를 올렸다. 끝", "【ソウル共同】韓国の大統領は「行く。」と述べた。終わり", "新华社北京12月1日电 中国经济。",
		"a.b.c.d.e U.S.\u200dx I'm O’Brien’s it's\n\nB. Next\n- item\nItem", "ข่าวไทย ប្រទេស ﷺ İstanbul ﬁne", "http://x.y/z a@b.c www.x", "\xff\xfe A. \xc3 b", "REUTERS (Reuters) - ",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		d := Analyse(title, body, "")
		checkDocument(t, d)
		checkDocument(t, Analyse(body, title, "en"))
		QueryTerms(title, "")
	})
}
