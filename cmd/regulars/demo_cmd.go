package main

import "context"

// DemoOptions is what the demo may be told.
type DemoOptions struct {
	Lang    string // the café's and its customers' language: one of the product's
	Dir     string // where the shop's files go; a temporary folder when empty
	Listen  string // the page's address
	Members int    // how many regulars the café has, two of them with phones on the page
	Open    bool   // open the page in a browser
	Play    bool   // play a script on the terminal instead
}

type demoCmd struct {
	Lang    string `help:"The café's language: ${enum}." enum:"zh-TW,zh-HK,en,ja,th,zh-CN" default:"en"`
	Dir     string `help:"An empty folder for the shop's files; they stay. Without it a temporary one is used and removed." type:"path" placeholder:"FOLDER"`
	Listen  string `help:"Where the page is." default:"127.0.0.1:8088" placeholder:"ADDRESS"`
	Members int    `help:"How many regulars the café has: 2 to 20000." default:"1200" placeholder:"N"`
	Open    bool   `help:"Open the page in a browser."`
	Play    bool   `help:"Play a first morning on the terminal instead, and end."`
}

// Run shows the demo until ctx ends.
func (c *demoCmd) Run(ctx context.Context, m *Main) error {
	o := DemoOptions{Lang: c.Lang, Dir: c.Dir, Listen: c.Listen, Members: c.Members, Open: c.Open, Play: c.Play}
	if o.Members < 2 || o.Members > 20000 {
		return &usageError{"--members is a number from 2 to 20000"}
	}
	if o.Play {
		o.Listen = "" // nobody opens it
	}
	return m.demo(ctx, o)
}
