package command

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/digest"
)

var (
	hoursWord    = regexp.MustCompile(`(?:^|\s)(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to|~)\s*(\d{1,2})(?::(\d{2}))?(?:\s|$)`)
	weekendsWord = regexp.MustCompile(`(?i)(?:^|\s)(?:and\s+)?(?:weekends|주말)(?:\s|$)`)
	holdWord     = regexp.MustCompile(`(?i)(?:^|\s)(?:hold|모아두기)(?:\s|$)`)
	dropWord     = regexp.MustCompile(`(?i)(?:^|\s)(?:drop|버리기)(?:\s|$)`)
)

// quiet serves "subscriptions quiet 22:00-7:00 weekends drop here" and
// "quiet off"; without more it tells what holds.
func (h *Handler) quiet(ctx context.Context, r bot.Request, arg string) (bot.Reply, error) {
	arg, where := cutWhere(arg)
	p, err := h.chosenAt(ctx, r, where)
	if err != nil {
		return bot.Reply{}, err
	}
	w := h.words(r)
	if arg == "" {
		return h.quietNow(p.Quiet, w), nil
	}
	if p.Quiet, err = readQuiet(arg, h.zone(ctx, r)); err != nil {
		return bot.Reply{}, err
	}
	if err := h.saveProfile(ctx, r, p, "quiet"); err != nil {
		return bot.Reply{}, err
	}
	return h.quietNow(p.Quiet, w), nil
}

func (h *Handler) quietNow(q digest.QuietHours, w bot.Words) bot.Reply {
	if !quietOn(q) {
		return say(w, w.Text("There are no quiet hours. Try %s.", typed("subscriptions quiet 22:00-7:00 weekends")))
	}
	return say(w, w.Text("Quiet hours: %s.", bot.B(quietInWords(q, w))))
}

// quietForm fills the form of quiet hours in, for who asks: in the field
// "quiet", in the words that "subscriptions quiet" takes, "off" for none.
func (h *Handler) quietForm(ctx context.Context, r bot.Request) (map[string]string, error) {
	p, err := h.o.Store.Profile(ctx, h.own(r))
	if err != nil {
		return nil, err
	}
	return map[string]string{"quiet": quietText(p.Quiet)}, nil
}

func quietText(q digest.QuietHours) string {
	if !quietOn(q) {
		return "off"
	}
	var words []string
	if q.From != q.To {
		words = append(words, fmt.Sprintf("%02d:%02d-%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60))
	}
	if q.Weekends {
		words = append(words, "weekends")
	}
	if q.Drop {
		words = append(words, "drop")
	}
	return strings.Join(words, " ")
}

func quietOn(q digest.QuietHours) bool { return q.From != q.To || q.Weekends }

// readQuiet reads hours, weekends, and whether to hold or to drop. Hours that
// end where they start are none.
func readQuiet(s, zone string) (digest.QuietHours, error) {
	q := digest.QuietHours{Zone: zone}
	if strings.EqualFold(s, "off") || s == "끄기" {
		return digest.QuietHours{}, nil
	}
	usage := digest.Errorf(digest.Invalid, "I can't read “%s” as quiet hours", clip(s, 60)).WithHint("For example: /subscriptions quiet 22:00-7:00 weekends drop")
	hours := false
	if at := hoursWord.FindStringSubmatch(s); at != nil {
		var okFrom, okTo bool
		q.From, okFrom = minutes(at[1], at[2])
		q.To, okTo = minutes(at[3], at[4])
		if !okFrom || !okTo {
			return q, usage
		}
		_, hours = cutWord(hoursWord, &s)
	}
	_, q.Weekends = cutWord(weekendsWord, &s)
	_, q.Drop = cutWord(dropWord, &s)
	_, _ = cutWord(holdWord, &s)
	if strings.TrimSpace(s) != "" || (!hours && !q.Weekends) {
		return q, usage
	}
	return q, nil
}

// minutes after midnight; 24:00 is midnight.
func minutes(hour, minute string) (int, bool) {
	h, err := strconv.Atoi(hour)
	m := 0
	if err == nil && minute != "" {
		m, err = strconv.Atoi(minute)
	}
	if err != nil || h > 24 || m > 59 || (h == 24 && m > 0) {
		return 0, false
	}
	return (h*60 + m) % (24 * 60), true
}

// quietInWords says quiet hours: "22:00–07:00 Seoul time and weekends, alerts
// wait".
func quietInWords(q digest.QuietHours, w bot.Words) string {
	var parts []string
	if q.From != q.To {
		parts = append(parts, fmt.Sprintf("%02d:%02d–%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60)+" "+zoneWords(q.Zone, w))
	}
	if q.Weekends {
		parts = append(parts, w.Say("weekends"))
	}
	if q.Drop {
		return strings.Join(append(parts, w.Say("alerts are dropped")), ", ")
	}
	return strings.Join(append(parts, w.Say("alerts wait")), ", ")
}
