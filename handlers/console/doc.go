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
// # Safety
//
// The session's secret is in a cookie that scripts cannot read and other sites
// cannot send along; besides, a POST needs a same-origin header and the form's
// token. Nothing is inline: the policy allows this program's own files only.
// The role is read again for each request, so that whoever is dismissed is out at once.
//
// # Rows
//
//	audit/<time>-<random>           who did what to whom and why; the reason sealed; 3 years
//	auditof/<about>/<time>-<random> the same, found by whom it was about
package console
