package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"regulars/handlers/alarm"
	"regulars/i18n"
)

// TestBrowserDemoCounter ends the guided minute at the counter: its tab is a
// device of the café already, Sam unlocks it with the PIN that the demo tells,
// and Ann's sale ticks the last step. Opened once more, it is the same device.
func TestBrowserDemoCounter(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, s := range []struct {
		page, counter screen
		lang          i18n.Lang
	}{{desktop, tablet, i18n.En}, {phone.dark(), phone.dark(), i18n.ZhTW}} {
		t.Run(s.page.name, func(t *testing.T) {
			d := demoOn(t, DemoOptions{Lang: string(s.lang)})
			if said := d.said.String(); !strings.Contains(said, samPIN) {
				t.Errorf("the PIN is not told:\n%s", said)
			}
			b := openTab(t, browser, d.address, s.page)
			firstMinute(b, s.lang)
			p := i18n.For(s.lang)
			b.until(`document.querySelector('#guide li.current a.own[href="counter/"][target="_blank"]')?.checkVisibility()`)
			b.sees("guide", p.Say(i18n.TourCounterHint, "PIN", samPIN))
			b.picture(fmt.Sprintf("demo-counter-step-%s-%s", s.lang, s.page.name))
			b.readable(s.lang)
			c := b.counter(browser, s.counter, d)
			c.unlocks(samPIN)
			c.view("look")
			c.looksUp("Ann")
			c.taps("120")
			c.picture(fmt.Sprintf("demo-counter-sale-%s-%s", s.lang, s.counter.name))
			c.records()
			c.done("good")
			b.step(6)
			b.sees("guide", p.Say(i18n.SimGuideDone))
			c.close()
			again := b.counter(browser, s.counter, d)
			again.close()
			if out := newShell(t).must("--config", d.dir+"/regulars.toml", "devices", "list"); strings.Count(out, "\n") != 2 {
				t.Errorf("one browser is not one device:\n%s", out)
			}
			b.close()
			d.whole(t)
		})
	}
}

// A demo asks nobody for the certificate of an invented address, and its manager
// is not told of the disk that it runs on.
func TestDemoLooksAtNoMachine(t *testing.T) {
	real, demo := (&watch{a: &app{}}).looks(), (&watch{a: &app{invented: true}}).looks()
	for kind := range real {
		machine := kind == alarm.Certificate || kind == alarm.Disk || kind == alarm.Backup
		if demo[kind] == nil != machine {
			t.Errorf("a demo looks at %s: %v", kind, !machine)
		}
	}
}

// counter opens the link to the counter, which leads to another port.
func (b *tab) counter(browser context.Context, s screen, d *demoRun) *tab {
	b.t.Helper()
	c := openPage(b.t, browser, d.address+"counter/", s)
	c.forgives = []string{"a request to http://127.0.0.1:"}
	c.until(`document.body.dataset.view === "who" && document.querySelector(".people button")`)
	return c
}

// TestBrowserDemoText proves Ann's number as she would: the text message is seen
// on her phone.
func TestBrowserDemoText(t *testing.T) {
	t.Parallel()
	d := demoOn(t, DemoOptions{Lang: "en"})
	b := openTab(t, chromium(t), d.address, phone)
	p := i18n.For("en")
	b.press(annPhone, p.Say(i18n.SimAddFriend))
	b.press(annPhone, p.Say(i18n.JoinButton))
	b.until(`document.getElementById("p1-text")`)
	b.types(annPhone, "/phone", p)
	b.sees(annPhone, p.Say(i18n.PhoneAsk))
	b.types(annPhone, "0922333444", p)
	b.press(annPhone, p.Say(i18n.SMSProve))
	b.until(`document.querySelector("#p1-sms .words")?.checkVisibility()`)
	b.picture("demo-text")
	b.value(`document.querySelector("#p1-sms .x").click()`, new(any))
	b.until(`document.getElementById("p1-sms").hidden`)
	b.close()
	d.whole(t)
}

// types says something on a phone.
func (b *tab) types(phone, text string, p i18n.Printer) {
	b.t.Helper()
	b.value(fmt.Sprintf(`(i => { i.value = %s; return 1 })(document.getElementById(%s))`, quote(text), quote(phone+"-text")), new(int))
	b.press(phone, p.Say(i18n.SimSend))
}
