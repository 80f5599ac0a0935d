package slack

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/daybrief/daybrief/bot"
)

// tidyText makes a line that can be shown as it is: one line, valid, links
// safe, and cut at a word, saying so, where it has more than limit code points
// as mrkdwn.
func (r renderer) tidyText(t bot.Text, limit int) bot.Text {
	t = tidySpans(t, r.command)
	if len(t) <= maxSpans && utf8.RuneCountInString(mrkdwn(t)) <= limit {
		return t
	}
	marker := bot.S(" " + r.words.Say("(shortened)"))
	left := limit - utf8.RuneCountInString(marker.Text)
	var out bot.Text
	for i, s := range t[:min(len(t), maxSpans-1)] {
		n := utf8.RuneCountInString(mrkdwnSpan(s, borders(t, i))) + 2 // borders may change
		if n > left {
			out = append(out, bot.S(head(s.Text, left-2, literal)))
			break
		}
		left -= n
		out = append(out, s)
	}
	return append(out, marker)
}

// tidySpans cleans spans, says commands as they are typed, drops empty spans
// and joins neighbours of one look.
func tidySpans(t bot.Text, command string) bot.Text {
	var out bot.Text
	for _, s := range t {
		s.Text, s.Command, s.URL = clean(s.Text), clean(s.Command), safeURL(s.URL)
		if s = asTyped(s, command); s.Text == "" && s.Time.IsZero() {
			continue
		}
		if n := len(out); n > 0 && s.Time.IsZero() && s.URL == "" && sameLook(out[n-1], s) {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func sameLook(a, b bot.Span) bool {
	return a.Time.IsZero() && a.URL == "" && a.Bold == b.Bold && a.Italic == b.Italic && a.Code == b.Code
}

func (r renderer) tidyLines(lines []bot.Text) []bot.Text {
	var out []bot.Text
	for _, l := range lines {
		if l = r.tidyText(l, maxLine); len(l) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// tidyItem makes a story whose every field is clean and short enough that it
// fits a part of its own.
func (r renderer) tidyItem(it bot.Item) bot.Item {
	it.URL = safeURL(it.URL)
	it.Label = cutEscaped(clean(it.Label), 60)
	it.Title = cutEscaped(itemTitle(it), maxItemTitle)
	it.Change = cutEscaped(clean(it.Change), maxItemExtra)
	it.Sources = tidyNames(it.Sources, &it.More, 10, 60)
	it.Places = tidyNames(it.Places, nil, 20, 8)
	it.Topics = tidyNames(it.Topics, nil, 10, 40)
	it.Summary = r.tidySummary(it.Summary, maxItemBody)
	it.Why = r.tidyWhy(it.Why)
	for whole, budget := it.Summary, maxItemBody/2; !r.alone(it) && budget > 100; budget /= 2 {
		it.Summary = r.tidySummary(whole, budget)
	}
	if !r.alone(it) {
		it.Summary, it.Why = nil, nil
	}
	return it
}

// itemTitle is the headline, or for an article without one the name of its
// site.
func itemTitle(it bot.Item) string {
	if title := strings.TrimSpace(clean(it.Title)); title != "" {
		return title
	}
	if u, err := url.Parse(it.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return "–"
}

// tidyNames cleans names and keeps at most count of them; more counts the rest.
func tidyNames(names []string, more *int, count, limit int) []string {
	var out []string
	for _, n := range names {
		if n = strings.TrimSpace(clean(n)); n == "" {
			continue
		}
		if len(out) < count {
			out = append(out, cutEscaped(n, limit))
		} else if more != nil {
			*more++
		}
	}
	return out
}

// tidySummary joins the sentences into one text of at most limit code points.
func (r renderer) tidySummary(sentences []string, limit int) []string {
	body := strings.TrimSpace(clean(strings.Join(sentences, " ")))
	if body == "" {
		return nil
	}
	if utf8.RuneCountInString(body) > limit {
		body = cut(body, limit-20) + " " + r.words.Say("(shortened)")
	}
	return []string{body}
}

func (r renderer) tidyWhy(why []string) []string {
	var out []string
	for _, w := range why[:min(len(why), maxWhys)] {
		if t := r.tidyText(bot.T(w), maxItemWhy); len(t) > 0 {
			out = append(out, t.String())
		}
	}
	return out
}
