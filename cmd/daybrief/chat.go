package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/daybrief/daybrief/bot"
	"github.com/daybrief/daybrief/bot/command"
	"github.com/daybrief/daybrief/digest"
)

type chatCmd struct {
	Line []string `arg:"" optional:"" help:"One command, as it is typed in Slack or Discord: alert korea-trade only big. Without one, a conversation."`
}

// Run is the bot's conversation in the terminal: the same commands, served by
// the same code. Buttons have numbers.
func (t chatCmd) Run(c *call) error {
	a, err := openApp(c)
	if err != nil {
		return err
	}
	defer a.close()
	plans := &schedules{skip: a.config.SkipDays, composer: a.newComposer()}
	talk := &chat{call: c, handler: a.handler(plans, nil, nil), zone: a.zone, lang: a.config.Language, in: bufio.NewScanner(c.stdin)}
	if len(t.Line) > 0 {
		talk.alone = true
		return talk.say(requestText(t.Line))
	}
	return talk.run()
}

// chat is one conversation.
type chat struct {
	*call
	handler bot.Handler
	zone    string
	lang    string
	in      *bufio.Scanner
	buttons []button // of the latest reply, numbered from 1
	alone   bool     // one line and no conversation: that it failed is the exit code
}

// button is what a number presses.
type button struct {
	action bot.Action
	value  string // of a menu's option
	label  string
}

// operator is who sits at the terminal: the one who runs the program.
var operator = digest.Person{Platform: "terminal", ID: "operator", Name: "the operator"}

func (t *chat) run() error {
	interactive := t.terminal.Style || t.progress
	if interactive {
		fmt.Fprintln(t.stdout, "Type a request such as korea-trade, a command such as alert korea-trade, the number of a button, or help. End with Ctrl-D.")
	}
	for {
		if interactive {
			fmt.Fprint(t.stdout, "\n> ")
		}
		if t.ctx.Err() != nil || !t.in.Scan() {
			break
		}
		line := strings.TrimSpace(t.in.Text())
		switch line {
		case "":
			continue
		case "quit", "exit":
			return nil
		}
		if err := t.say(line); err != nil {
			return err
		}
	}
	if errors.Is(t.in.Err(), bufio.ErrTooLong) {
		return digest.Errorf(digest.Invalid, "a line is longer than %d bytes", bufio.MaxScanTokenSize)
	}
	return t.in.Err()
}

// say asks for one line and shows the answer.
func (t *chat) say(line string) error {
	r := bot.Request{Person: operator, Place: digest.Destination{Platform: "terminal", Direct: true}, Lang: t.lang, Zone: t.zone, Manager: true, Now: t.now()}
	if n, err := strconv.Atoi(line); err == nil {
		return t.press(r, n)
	}
	r.Command, r.Args = command.Parse(line)
	return t.ask(r)
}

// press presses a button of the latest answer.
func (t *chat) press(r bot.Request, n int) error {
	if n < 1 || n > len(t.buttons) {
		fmt.Fprintf(t.stdout, "There is no button %d.\n", n)
		return nil
	}
	b := t.buttons[n-1]
	if b.action.URL != "" {
		fmt.Fprintln(t.stdout, b.action.URL)
		return nil
	}
	if b.action.Confirm != "" {
		fmt.Fprintf(t.stdout, "%s [y/N] ", b.action.Confirm)
		if !t.in.Scan() || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(t.in.Text())), "y") {
			fmt.Fprintln(t.stdout, "Nothing was done.")
			return nil
		}
	}
	r.Action, r.Value = b.action.ID, b.value
	return t.ask(r)
}

func (t *chat) ask(r bot.Request) error {
	reply, err := t.handler.Handle(t.ctx, r)
	if err != nil {
		return err
	}
	if err := t.terminal.Write(t.stdout, reply.Message); err != nil {
		return err
	}
	t.buttons = buttonsOf(reply.Message)
	if len(t.buttons) > 0 {
		fmt.Fprintln(t.stdout)
	}
	for i, b := range t.buttons {
		fmt.Fprintf(t.stdout, "[%d] %s\n", i+1, b.label)
	}
	if reply.File != nil {
		return t.save(reply.File)
	}
	if reply.Failed && t.alone {
		return silentError{errors.New("the command failed")}
	}
	return nil
}

// save writes a file that came with an answer beside the others, and never
// over one of them.
func (t *chat) save(f *bot.File) error {
	name := filepath.Base(filepath.Clean(f.Name))
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return digest.Errorf(digest.Conflict, "%s is there already", name).WithHint("Move it away and ask again.")
	}
	if err != nil {
		return err
	}
	if _, err := out.Write(f.Data); err != nil {
		return errors.Join(err, out.Close())
	}
	fmt.Fprintf(t.stdout, "Written to %s.\n", name)
	return out.Close()
}

// buttonsOf are all buttons of a message from top to bottom, a menu's options
// one by one.
func buttonsOf(m bot.Message) []button {
	var out []button
	add := func(about string, actions []bot.Action) {
		for _, a := range actions {
			if len(a.Options) == 0 {
				out = append(out, button{action: a, label: a.Label + about})
			}
			for _, o := range a.Options {
				out = append(out, button{action: a, value: o.Value, label: a.Label + ": " + o.Label})
			}
		}
	}
	for _, s := range m.Sections {
		for _, it := range s.Items {
			add(" – "+shortened(it.Title), it.Actions)
		}
		add("", s.Actions)
	}
	add("", m.Actions)
	return out
}

// shortened is a headline that says which story a button is of.
func shortened(title string) string {
	const most = 50
	if r := []rune(title); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return title
}
