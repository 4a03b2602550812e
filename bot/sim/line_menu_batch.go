package sim

import "time"

// lineMenuChange is one operation of a batch.
type lineMenuChange struct{ kind, from, to string }

const lineResumeLife = 14 * 24 * time.Hour // PLATFORMS 1.4: resumeRequestKey 14 days

// checkBatch reads a batch of at most 1,000 operations.
func (c *lineCall) checkBatch() (changes []lineMenuChange, resume string, bad *lineAnswer) {
	body, bad := c.json()
	if bad != nil {
		return nil, "", bad
	}
	ck := &lineCheck{}
	o := ck.root(body)
	for _, op := range o.list("operations", true, 1, 1000) {
		ch := lineMenuChange{kind: op.enum("type", true, "link", "unlink", "unlinkAll")}
		if ch.kind == "link" || ch.kind == "unlink" {
			ch.from = op.str("from", true, 1, 0)
		}
		if ch.kind == "link" {
			ch.to = op.str("to", true, 1, 0)
		}
		op.done()
		changes = append(changes, ch)
	}
	resume = o.str("resumeRequestKey", false, 1, 100)
	if bad := ck.refusal(o); bad != nil {
		return nil, "", bad
	}
	for _, ch := range changes {
		if ch.kind == "link" {
			if bad := c.ready(ch.to); bad != nil {
				bad.status = 400
				return nil, "", bad
			}
		}
	}
	return changes, resume, nil
}

// batchMenus moves everybody who has one menu to another: 202, done later on
// the real LINE and at once here. Its request id asks for the progress.
func (c *lineCall) batchMenus() lineAnswer {
	changes, resume, bad := c.checkBatch()
	if bad != nil {
		return *bad
	}
	ms := &c.ch.menus
	if used, ok := ms.resumes[resume]; resume == "" || !ok || c.now.Sub(used) >= lineResumeLife {
		// All operations look at the menus as they were, not at each other's
		// results: a swap of two menus swaps them.
		next := map[*lineUser]string{}
		for _, u := range c.ch.users {
			next[u] = u.moved(changes)
		}
		for u, menu := range next {
			if menu != u.menu {
				u.link(menu)
			}
		}
		ms.resumes[resume] = c.now
	}
	ms.batches[c.id] = c.now
	return lineJSON(202, map[string]any{})
}

// moved is the menu that this user has after the changes.
func (u *lineUser) moved(changes []lineMenuChange) string {
	for _, ch := range changes {
		switch {
		case u.menu == "":
		case ch.kind == "unlinkAll", ch.kind == "unlink" && u.menu == ch.from:
			return ""
		case ch.kind == "link" && u.menu == ch.from:
			return ch.to
		}
	}
	return u.menu
}

func (c *lineCall) validateBatch() lineAnswer {
	if _, _, bad := c.checkBatch(); bad != nil {
		return *bad
	}
	return lineOK(map[string]any{})
}

func (c *lineCall) batchProgress() lineAnswer {
	at, ok := c.ch.menus.batches[c.r.URL.Query().Get("requestId")]
	if !ok {
		return lineRefuse(404, lineNotFound)
	}
	stamp := at.UTC().Format("2006-01-02T15:04:05.000Z")
	return lineOK(map[string]any{"phase": "succeeded", "acceptedTime": stamp, "completedTime": stamp})
}
