package staff

import (
	"cmp"
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voice"
)

// voices lists what members said in public and nobody has seen: /voices.
func (d desk) voices(t *bot.Turn) error {
	if _, err := d.me(t); err != nil {
		return err
	}
	list, err := d.Voices.Waiting(t.Tx, mostCases)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.SayText(i18n.VoicesNone)
		return nil
	}
	m := bot.Message{Title: t.Word(i18n.VoicesTitle)}
	for _, v := range list {
		name, err := d.CustomerName(t.Tx, t.Printer, v.Member)
		if err != nil {
			return err
		}
		m.Rows = append(m.Rows, bot.Row{Label: string(v.Ref) + " · " + name, Value: shop.Span(t.Printer, t.Now.Sub(v.At))})
		m.Buttons = append(m.Buttons, bot.Button{Label: shop.VoiceName(t.Printer, v.Kind) + " · " + name, Do: bot.DoCommand, Value: "voice " + string(v.Ref)})
	}
	t.Say(m)
	return nil
}

// voiceOf shows one, gives its points or refuses: /voice REF, /voice REF yes,
// /voice REF no. The reference is public: who may is looked up.
func (d desk) voiceOf(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	words := strings.Fields(t.Args)
	if len(words) == 0 {
		return d.voices(t)
	}
	ref, ok := loyalty.ParseRef(words[0])
	if !ok {
		return voice.ErrUnknown
	}
	v, err := d.Voices.Get(t.Tx, ref)
	if err != nil {
		return err
	}
	switch strings.Join(words[1:], " ") {
	case "yes":
		v, _, err = d.Voices.Approve(t.Tx, ref, d.act(t, me, "voice"), 0)
		if err != nil {
			return err
		}
		return d.decidedVoice(t, v)
	case "no":
		return d.refuseVoice(t, me, v)
	}
	m, err := d.VoiceCard(t.Tx, t.Printer, v)
	if rule, ok := d.Rules(t.Now).VoiceOf(v.Kind); ok && v.State == voice.Waits {
		m.Buttons = []bot.Button{
			{Label: t.Word(i18n.VoiceGive, "Points", shop.Points(t.Printer, rule.Points)), Do: bot.DoCommand, Value: "voice " + string(ref) + " yes"},
			{Label: t.Word(i18n.VoiceRefuse), Do: bot.DoCommand, Value: "voice " + string(ref) + " no"},
		}
	}
	t.Say(m)
	return err
}

// refuseVoice asks why, which its member is told.
func (d desk) refuseVoice(t *bot.Turn, me people.Staff, v voice.Voice) error {
	if v.State != voice.Waits {
		return voice.ErrDecided
	}
	r, ok := t.Ask(bot.Question{
		Key: "why", Terms: string(v.Ref), Message: bot.Message{Text: t.Word(i18n.VoiceWhy)},
		Options: []bot.Option{{Value: "", Label: t.Word(i18n.NotNow)}},
		Parse: func(typed string) (string, error) {
			if typed = shop.Plain(typed); typed == "" {
				return "", loyalty.ErrReason
			}
			return typed, nil
		},
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		t.SayText(i18n.Cancelled)
		return nil
	}
	sealed, err := d.SealWords(t.Tx, v.Member, r.Value)
	if err != nil && !errors.Is(err, people.ErrErased) { // nobody is there to read it
		return err
	}
	if v, err = d.Voices.Refuse(t.Tx, v.Ref, d.act(t, me, "voice"), sealed); err != nil {
		return err
	}
	return d.decidedVoice(t, v)
}

// decidedVoice tells both sides. The member hears with their next answer: it costs
// nothing, and nothing of theirs was spent.
func (d desk) decidedVoice(t *bot.Turn, v voice.Voice) error {
	var failed error
	_, err := d.Tell(t, v.Member, bot.Receipt, bot.RideOnly, string(v.Entry), func(p i18n.Printer) bot.Message {
		m, err := d.VoiceTold(t.Tx, p, v)
		failed = err
		if v.Entry != "" {
			m.Note = p.Say(i18n.GroupRef, "Ref", string(v.Entry))
		}
		return m
	})
	if err != nil || failed != nil {
		return cmp.Or(err, failed)
	}
	name, err := d.CustomerName(t.Tx, t.Printer, v.Member)
	if err != nil {
		return err
	}
	key := i18n.VoiceGave
	if v.State == voice.Refused {
		key = i18n.VoiceRefused
	}
	t.Say(bot.Message{
		Text:    t.Word(key, "Name", name, "Points", shop.Points(t.Printer, v.Points)),
		Buttons: []bot.Button{{Label: t.Word(i18n.VoicesMore), Do: bot.DoCommand, Value: "voices"}},
	})
	return nil
}
