// Package console is what a manager opens in a browser: the shop's figures, its
// members, its programme, campaigns, employees. This package is the frame: who
// is let in, which pages there are, how a page looks, what was done by whom. The
// pages stand in the packages below, one a [Part].
//
// # How a page is made
//
// A part brings routes, templates and words. A route's function gets a [Request]
// and gives an [Answer]: [Request.Page], [Request.Go] after something was done,
// [Request.CSV], [Request.File], [Request.Piece] for a part of a page that htmx
// asks for, [Request.Stream] for server-sent events. GET changes nothing. A POST
// does its work in one [Request.Update], which looks again, inside the
// transaction, whether the session and the role still hold, and then goes to a
// page, so that loading it again repeats nothing. What was refused is the same
// page again with status 422, the sentence of [Request.Refused] and what was
// typed.
//
// Pages are whole without a script. htmx only spares loading a page where a
// piece of it is enough.
//
// # Templates
//
// Files are parsed once a language, so that they speak it by themselves:
//
//	{{say "console.home.title" "Name" .D.Name}}   a text of i18n
//	{{money .Amount}} {{points .N}} {{count .N}}  as the language writes them
//	{{date .At}} {{shortdate .At}} {{time .At}}   in the shop's zone
//	{{percent .Share}}                            0.25 is 25 %
//	{{tidy .Name}}                                a stored name that cannot turn a line around
//	{{href "/console/x" "q" .Q "page" 2}}         an address with a query
//
// The data of a page is [View]: .D is the page's own, .Q the request. A form with
// method="post" gets its token by itself when the page is sent.
//
// # Forms
//
// A form is written <form method="post" action="…"> exactly so, and gets its
// token by itself. Its fields are shared templates (console_parts.html), which
// bind label, hint and complaint to the control:
//
//	{{template "wrong" .Q}}                         what was wrong, above the form, read out
//	{{template "field" (field .Q "amount" (say "console.x.amount") "kind" "number" "value" .D.Amount "hint" (say "…") "required" true)}}
//	{{template "reason" .Q}}                        the reason that an act needs; read with q.Reason
//	{{template "op" .Q}}                            where points move: read with q.Op, used in q.Act
//	<button class="main">…</button>                 "danger" what cannot be taken back
//
// Kinds are those of <input>, and "textarea", "select" and "radio" with "options"
// (a []Option, or (options "value" (say "…") …)). Where a page has several forms,
// each field says "form" and the last word of its form's action, and the reason
// is {{template "reasonof" (formof .Q "freeze")}}: so that what was typed and
// what was wrong stand at the form that was sent. A function that takes a form:
//
//	func (p part) give(q *console.Request) (console.Answer, error) {
//		reason, _ := q.Reason()
//		op, ok := q.Op()
//		if !ok {
//			return q.Again(q.Incomplete())
//		}
//		n, err := strconv.ParseInt(q.Typed("amount"), 10, 64)
//		if err != nil {
//			q.Wrong("amount", q.Say(i18n.ConsoleXAmountForm))
//		}
//		if q.Bad() {
//			return q.Again(p.show(q)) // the GET page's own function; fields keep what was typed
//		}
//		err = q.Update(func(tx store.Tx) error { … q.Act(op, reason) … q.Audit(tx, …) })
//		if q.WrongBy("", err) { // a refusal, said above the form
//			return q.Again(p.show(q))
//		}
//		return q.Go("/console/x", q.Say(i18n.ConsoleXGiven)), err
//	}
//
// A file is asked for by a form with enctype="multipart/form-data" and a field of
// kind "file", and read with [Request.Upload] or [Request.Picture].
//
// # Tables
//
// <div class="scroll" role="region" aria-label="…" tabindex="0"><table><caption>…
// with scope on every <th>, so that a wide one scrolls by itself and by keyboard;
// {{template "csvlink" .Q}} below, and in the function
//
//	if q.WantsCSV() { return q.CSV("sales", head, rows), nil }
//
// {{template "pager" .D.Pager}} leads on ([Pager], addresses by [Request.With]).
//
// # Safety
//
// The session's secret is in a cookie that scripts cannot read and other sites
// cannot send along; besides, a POST needs a same-origin header and the form's
// token. Nothing is inline: the policy allows this program's own files only.
// The role is read again for each request, inside its Update and before each
// event of a stream, so that whoever is dismissed is out at once; a session
// never outlives a change of its employee's role or store.
//
// # Scripts of others
//
// assets/htmx.js is htmx 2.0.11 and assets/sse.js its extension for server-sent
// events, htmx-ext-sse 2.2.4, both as npm has them minified (htmx.org,
// htmx-ext-sse), with their licences beside them. htmx swaps pieces of a page
// that the server drew, so that a live count needs no script of ours, and
// evaluates nothing under this configuration (console_frame.html).
//
// # Rows
//
//	audit/<time>-<random>           who did what to whom and why; the reason sealed; 3 years
//	auditof/<about>/<time>-<random> the same, found by whom it was about; 3 years
//	consoleonce/<staff>/<op>        that a form was done which nothing else keeps from being done twice; 15 days
//
// Sessions are rows of package people.
package console
