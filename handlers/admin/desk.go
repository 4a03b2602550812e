package admin

import (
	"context"
	"fmt"
	"maps"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/bot/schedule"
	"regulars/handlers/campaign"
	"regulars/handlers/hooks"
	"regulars/handlers/shop"
	"regulars/loyalty/programme"
	"regulars/store"
)

// Desk is what operators' operations work with.
type Desk struct {
	DB     store.DB
	Shop   *shop.Shop
	Bot    *bot.Bot
	Outbox *outbox.Outbox
	// History is the shop's programme with all its versions; nil where the
	// caller knows of none.
	History *programme.History
	// Check reads the whole store file and returns store.ErrDamaged with what it
	// found; progress is told how many pages of how many are done. nil where the
	// engine checks itself.
	Check func(ctx context.Context, progress func(done, total uint64)) error
	// Files makes copies of the store; nil where the engine has none.
	Files *Files
	// Schedule runs the shop's jobs.
	Schedule *schedule.Scheduler
	// Campaigns are the shop's; nil where the caller knows of none.
	Campaigns *campaign.Engine
	// Hooks are the shop's webhooks; nil where the caller knows of none.
	Hooks *hooks.Desk
	// Backups is how backups are made unless a command says otherwise.
	Backups BackupPlan
}

// Ops are the desk's operations and their arguments:
//
//	verify, rebuild, stats
//	check           file (its name), text (all that stands in it)
//	staff-invite    role, store (may be empty: every store), minutes
//	staff-list
//	staff-dismiss   id
//	devices-list
//	devices-revoke  id
//	keys-list
//	keys-new        name, store, scopes (with commas), act-cap, day-cap
//	keys-revoke     id
//	hooks-list
//	hooks-add       url, name, store, events (with commas)
//	hooks-test, hooks-rotate, hooks-on, hooks-off, hooks-remove, hooks-deliveries  id
//	hooks-replay    id, and event, or from, until, failed ("true")
//	codes-add       reward, codes (a line each)
//	codes-list      only ("empty": the ids of those that have none)
//	referrals-list
//	referrals-clear, referrals-refuse  member
//	segment-list
//	segment-count, segment-show  when (a name or an expression)
//	segment-rebuild
//	statements      month ("2026-10"; "" the one before this), store, csv ("true"), close ("true")
//	whatif          file (its name), text, from, to (days as in 2026-01-31, or empty), json ("true")
//	members-find    who
//	members-merge   from, into
//	members-unmerge from
//	verify-statement  text (all that stands in its file)
//	draws-verify    day ("2026-10-31"; "" yesterday)
//	breach          since, until (moments), staff, key, device, backup (a path), all ("true"), csv ("true"), notice (a language)
//	retention       lang
//	data-requests   none
//	data-given      member
//	dead-list
//	dead-replay     ref
//	dead-discard    ref
//	backup          to (a file or folder), for (recipients, a word each); both may be empty
//	export          to (a folder), format ("jsonl", "csv", "rows", several with a comma)
//	import          files (paths, a line each), kind, map (COLUMN=FIELD, a line each), source, store, encoding, dates,
//	                asof, earn, dry ("true"), report (a path)
//	claims
//	jobs-list
//	jobs-run        name
//	campaign-send    file and text, or id; dry ("true": only say whom it reaches)
//	campaign-list, campaign-groups
//	campaign-show, campaign-approve, campaign-pause, campaign-resume, campaign-stop  id
//	campaign-change  id, file, text
//	outbox-list, outbox-release
//	outbox-discard  all ("true": what cannot have been sent, too)
func (d Desk) Ops() Ops {
	all := Ops{
		"verify": d.verify, "rebuild": d.rebuild, "stats": d.stats, "check": d.check,
		"staff-invite": d.invite, "staff-list": d.listStaff, "staff-dismiss": d.dismiss,
		"devices-list": d.listDevices, "devices-revoke": d.revokeDevice,
		"keys-list": d.listKeys, "keys-new": d.newKey, "keys-revoke": d.revokeKey,
		"codes-add": d.addCodes, "codes-list": d.listCodes,
		"referrals-list": d.listReferrals, "referrals-clear": d.clearReferrals, "referrals-refuse": d.refuseReferrals,
		"segment-list": d.listSegments, "segment-count": d.segmentCount, "segment-show": d.showSegment, "segment-rebuild": d.rebuildSegments,
		"statements": d.statements, "whatif": d.whatIf, "members-find": d.findMembers, "members-merge": d.mergeMembers, "members-unmerge": d.unmergeMembers,
		"data-requests": d.dataRequests, "data-given": d.dataGiven,
		"draws-verify": d.verifyDraws, "verify-statement": d.verifyStatement,
		"breach": d.breach, "retention": d.retention,
		"dead-list": d.listDead, "dead-replay": d.replay, "dead-discard": d.discard,
		"backup": d.backup, "export": d.export,
		"import": d.importFiles, "claims": d.claims,
		"jobs-list": d.listJobs, "jobs-run": d.runJob,
		"outbox-list": d.listHeld, "outbox-release": d.releaseHeld, "outbox-discard": d.discardHeld,
	}
	maps.Copy(all, d.campaignOps())
	maps.Copy(all, d.hookOps())
	return all
}

func (d Desk) now() time.Time { return d.Shop.Clock.Now() }

// stamp writes a moment on the shop's clock.
func (d Desk) stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return d.Shop.Local(t).Format("2006-01-02 15:04")
}

// count writes a number with the word for one or many.
func count[N ~int | ~int64 | ~uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
