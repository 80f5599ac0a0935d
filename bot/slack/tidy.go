package slack

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

// tidyText makes a line that can be shown as it is: one line, valid, links
// safe, and cut at a word, saying so, where it has more than limit code points
// as mrkdwn.
func (r renderer) tidyText(t bot.Text, limit int) bot.Text {
	t = r.tidySpans(t)
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
func (r renderer) tidySpans(t bot.Text) bot.Text {
	var out bot.Text
	for _, s := range t {
		s.Text, s.Command, s.URL = clean(s.Text), clean(s.Command), safeURL(s.URL)
		if s = asTyped(s, r.command); s.Text == "" && s.Time.IsZero() {
			continue
		}
		if isChannel(s.Place) {
			s.Text = r.channelWords(s.Place.Channel)
		} else {
			s.Place = digest.Destination{}
		}
		if n := len(out); n > 0 && s.Time.IsZero() && s.URL == "" && s.Place.Channel == "" && sameLook(out[n-1], s) {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

// channelWords name a channel in plain words, where Slack shows no name for an
// id: for notifications and screen readers.
func (r renderer) channelWords(id string) string {
	if r.channel != nil {
		if name := r.channel(id); name != "" {
			return "#" + name
		}
	}
	return r.words.Say("a channel")
}

func sameLook(a, b bot.Span) bool {
	return a.Time.IsZero() && a.URL == "" && a.Place.Channel == "" && a.Bold == b.Bold && a.Italic == b.Italic && a.Code == b.Code
}

// isChannel reports whether a place is a channel of Slack's that can be shown
// by its name. A person cannot: that would notify them.
func isChannel(d digest.Destination) bool {
	return d.Platform == Platform && !d.Direct && channelID().MatchString(d.Channel)
}

var channelID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[CG][A-Z0-9]{2,30}$`) })

// ownLines are tidied lines of our own words, in which commands as other
// platforms have them become what is typed here. The news is never among them.
func (r renderer) ownLines(lines []bot.Text) []bot.Text {
	out := make([]bot.Text, len(lines))
	for i, l := range lines {
		for _, s := range l {
			out[i] = append(out[i], r.hint(s)...)
		}
	}
	return r.tidyLines(out)
}

// commandHint is a command in words: "See /subscriptions." What follows it is
// no letter, digit or slash of a longer word or a path.
var commandHint = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[\s("'“‘「])(/[a-z]{3,20})(?:$|[^a-z0-9A-Z_/.\-]|[.](?:$|\s))`)
})

// hint says the commands in a plain span as they are typed here.
func (r renderer) hint(s bot.Span) bot.Text {
	if s.URL != "" || s.Command != "" || s.Code || !s.Time.IsZero() || s.Place.Channel != "" {
		return bot.Text{s}
	}
	var out bot.Text
	rest := s.Text
	for {
		m := commandHint().FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		name := rest[m[2]+1 : m[3]]
		if name != "brief" && !slices.Contains(r.commands, name) {
			s.Text = rest[:m[3]]
			out = append(out, s)
		} else {
			s.Text = rest[:m[2]]
			out = append(out, s, bot.Span{Command: name})
		}
		rest = rest[m[3]:]
	}
	s.Text = rest
	return append(out, s)
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
	for whole, budget := it.Summary, maxItemBody/2; !r.alone(it); budget /= 2 {
		if budget <= 100 {
			it.Summary, it.Why = nil, nil
			break
		}
		it.Summary = r.tidySummary(whole, budget)
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
