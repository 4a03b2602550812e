package bot

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"regulars/i18n"
)

// Place says where a command may be used.
type Place int

// A private command used in a group gives a neutral line and a button that
// opens the private chat (law 12).
const (
	Private Place = 1 << iota
	Group
	Both = Private | Group
)

// Command is one thing a person can say.
type Command struct {
	Name  string   // the English word, lower case, as in "points"; also Telegram's command
	Words i18n.Key // further words, separated by commas, in each language; may be empty
	// Everyday says that its words work alone, without a slash, in a private
	// chat. Words of staff commands do not: they take arguments.
	Everyday bool
	Help     i18n.Key // one line for /help and Telegram's list; empty: not listed
	Role     Role
	Place    Place
	// Locked is what whoever is frozen reads when they ask for this one; empty: that
	// they are.
	Locked i18n.Key
	// On lists the events that run this command without a word.
	On []EventKind
	// Hears is asked, in a private chat, about a text that is no command, no
	// awaited answer and no everyday word: mine runs the command with args. It
	// only reads. Commands are asked in the table's order.
	Hears func(*Turn) (args string, mine bool, err error)
	Run   func(*Turn) error
}

// Commands is the table of all commands, made once at start.
type Commands struct {
	All    []*Command
	byName map[string]*Command
	byWord map[i18n.Lang]map[string]*Command
	byKind map[EventKind]*Command
}

// NewCommands indexes a table. Two commands with one name, or one word twice
// in a language, are programming errors and panic at start.
func NewCommands(all ...*Command) *Commands {
	c := &Commands{All: all, byName: map[string]*Command{}, byWord: map[i18n.Lang]map[string]*Command{}, byKind: map[EventKind]*Command{}}
	for _, cmd := range all {
		if c.byName[cmd.Name] != nil {
			panic("bot: two commands are named " + cmd.Name)
		}
		c.byName[cmd.Name] = cmd
		for _, k := range cmd.On {
			c.byKind[k] = cmd
		}
	}
	for _, lang := range i18n.Langs {
		words := map[string]*Command{}
		for _, cmd := range all {
			for _, w := range cmd.words(lang) {
				if other := words[w]; other != nil && other != cmd {
					panic("bot: the word " + w + " means both " + other.Name + " and " + cmd.Name + " in " + string(lang))
				}
				words[w] = cmd
			}
		}
		c.byWord[lang] = words
	}
	return c
}

func (c *Command) words(lang i18n.Lang) []string {
	if c.Words == "" {
		return nil
	}
	var all []string
	for _, w := range strings.Split(i18n.For(lang).Say(c.Words), ",") {
		if w = fold(w); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// Named finds a command by its English name.
func (c *Commands) Named(name string) *Command { return c.byName[name] }

// On finds the command that a kind of event runs.
func (c *Commands) On(k EventKind) *Command { return c.byKind[k] }

// word finds a command by a word of any language, the person's own first.
func (c *Commands) word(w string, lang i18n.Lang) *Command {
	w = fold(w)
	if cmd := c.byName[w]; cmd != nil {
		return cmd
	}
	if cmd := c.byWord[lang][w]; cmd != nil {
		return cmd
	}
	for _, l := range i18n.Langs {
		if cmd := c.byWord[l][w]; cmd != nil {
			return cmd
		}
	}
	return nil
}

// everyday finds the command that text alone means in a private chat.
func (c *Commands) everyday(text string, lang i18n.Lang) *Command {
	if len(text) > 120 {
		return nil // nobody's everyday word
	}
	if cmd := c.word(text, lang); cmd != nil && cmd.Everyday {
		return cmd
	}
	return nil
}

// Nearest is the listed command whose name is closest to a mistyped one, or nil
// when none is near.
func (c *Commands) Nearest(name string, role Role) *Command {
	var best *Command
	least := len(name)/3 + 2
	for _, cmd := range c.All {
		if cmd.Help == "" || cmd.Role > role {
			continue
		}
		if d := Distance(fold(name), cmd.Name); d < least {
			best, least = cmd, d
		}
	}
	return best
}

// Line is a text read as a command.
type Line struct {
	Word string // without the slash and the bot's name
	Args string // the rest, trimmed
}

// ParseLine reads "/word args" and the same with a full-width slash. ok is false
// when the text does not begin with a slash and a word, and for "/word@other",
// which is meant for another bot.
func ParseLine(text string) (line Line, ok bool) {
	text = strings.TrimSpace(text)
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "／"); !ok {
			return Line{}, false
		}
	}
	word, args := rest, ""
	if i := strings.IndexFunc(rest, unicode.IsSpace); i >= 0 {
		word, args = rest[:i], strings.TrimSpace(rest[i:])
	}
	// Adapters take this bot's own name off: one that is left is another bot's.
	if word == "" || strings.ContainsAny(word, "/@") {
		return Line{}, false
	}
	return Line{Word: word, Args: args}, true
}

// fold makes words comparable: one form of full-width and composed letters,
// lower case, no space around.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// Distance is the number of letters to change, add or leave out between a and
// b (Levenshtein 1966).
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
