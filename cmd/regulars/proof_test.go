package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// proofs says which tests try a numbered invariant or case of the ledger's book
// of rules: "room TestName", or "file: scene" for a conversation. What is asked
// of each stands in one line, so that nobody needs the book to read the table.
type proofs struct {
	number int
	must   string
	tests  []string
}

var invariants = []proofs{
	{1, "the legs of an entry sum to nothing, and so do all accounts", []string{"loyalty/book TestInvariant1ZeroSum", "loyalty/book TestRandomLivesSumToNothing"}},
	{2, "balances are a fold over the entries; rebuilding gives the same bytes", []string{"loyalty/book TestRebuildGivesTheSameBytes", "loyalty/book TestTotalsAreTheSumOfBalances"}},
	{3, "granted is remaining, held, consumed, expired and reversed, for every lot", []string{"loyalty/book TestRandomLivesAgreeWithOracle", "loyalty/book TestRapidLives"}},
	{4, "available is what lots have left, less a debt, never below nothing", []string{"loyalty/book TestRandomLivesAgreeWithOracle", "loyalty/book TestCase24EarnSpendRefund"}},
	{5, "of many spends at once as many succeed as the balance pays", []string{"loyalty/book TestCase4HundredRedemptionsForOneBalance"}},
	{6, "only reversals make debt, and the next earning pays it", []string{"loyalty/book TestCase24EarnSpendRefund", "loyalty/book TestCase24UnderTheOtherPolicies"}},
	{7, "a spend takes what expires first, a reversal its own lot", []string{"loyalty/book TestRandomLivesAgreeWithOracle", "loyalty/book TestPoolTakesWhatGoesFirst"}},
	{8, "undoing gives back to the same lots, once", []string{"loyalty/book TestInvariant8UndoneOnceIntoTheirOwnLots", "loyalty/book TestInvariant8ExpiredMeanwhile"}},
	{9, "an expiry entry is the lot's unspent rest at its instant", []string{"loyalty/book TestInvariant10NothingExpiredIsSpendable", "loyalty/book TestInvariant9And10SweepingChangesNothing"}},
	{10, "nothing expired is spendable, whether or not it was swept", []string{"loyalty/book TestInvariant10NothingExpiredIsSpendable", "loyalty/book TestInvariant9And10SweepingChangesNothing", "loyalty/book TestRandomLivesSweptOrNot", "loyalty/book TestClockInDoubt"}},
	{11, "held points do not expire", []string{"loyalty/book TestInvariant11HeldPointsDoNotExpire"}},
	{12, "captured, released and timed out make up a hold; one outcome a unit", []string{"loyalty/book TestInvariant12OneOutcomeAUnit", "loyalty/book TestInvariant12Races"}},
	{13, "an operation repeated does nothing more, one changed conflicts", []string{"loyalty/book TestInvariant13SameAnswer", "loyalty/book TestCase8SameOperationOtherPayload", "loyalty/book TestCase7RefusedStaysRefused"}},
	{14, "in whatever order and however often events come, each has one effect", []string{"loyalty/book TestInvariant14ShuffledAndRepeated", "loyalty/book TestRandomProgrammesShuffled"}},
	{15, "cut at any write, all of an event is there or none", []string{"loyalty/book TestInvariant15CrashAtEveryWrite", "loyalty/voucher TestInvariant15CrashAtEveryWrite", "loyalty/referral TestInvariant15CrashAtEveryWrite", "loyalty/club TestCrashAtEveryWrite"}},
	{16, "what was acknowledged is there after a power cut", []string{"store/bolt TestPowerCut", "store/bolt TestPowerCutOverFUSE", "store/bolt TestPowerCutIsFelt", "store/bolt TestDyingDisk", "cmd/regulars TestKilledUnderLoad"}},
	{17, "an entry edited, removed, swapped or cut off is found and named", []string{"loyalty/book TestVerifyNamesWhatWasTamperedWith", "loyalty/book TestRootShowsWhatVerifyCannot", "loyalty TestCanonicalFormIsGolden"}},
	{18, "numbers rise by one, recording times never fall", []string{"loyalty/book TestInvariant18ClockStepsBack", "loyalty/book TestClockStepsBackBehindANewVersion"}},
	{19, "overflow is refused; refunds of a whole sale take the whole back", []string{"loyalty TestOverflowIsRefused", "loyalty TestRefundsSumToTheWhole", "loyalty TestAnyRefundsTakeBackWhatWasGiven"}},
	{20, "engines agree", []string{"loyalty/book TestEnginesAgree", "loyalty/book TestLivesOnPostgres", "loyalty/book TestPoolEnginesAgree"}},
	{21, "a balance of then is what it was then", []string{"loyalty/book TestInvariant21AsOf", "loyalty/book TestRandomLivesAsOf"}},
	{22, "a voucher is used once, by its owner; stock never falls below nothing", []string{"loyalty/voucher TestInvariant22Lives", "loyalty/voucher TestInvariant22RapidLives", "loyalty/voucher TestUseRacesGivingBackAndLapsing"}},
	{23, "a friend counts once, ever; nobody invites himself; a refund takes it back", []string{"loyalty/referral TestInvariant23", "loyalty/referral TestCircle", "loyalty/referral TestRefundAfterTheReward", "loyalty/club TestMergedFriends"}},
	{24, "gifts given once are given once", []string{"loyalty/club TestInvariant24", "loyalty/club TestBirthdayByTick", "loyalty/club TestTicksInParallel", "loyalty/club TestWelcomeOnceEver", "loyalty/club TestBirthdayEntered", "loyalty/club TestMergedCardsAndGifts", "handlers/testdata/survey.txtar: thanks with points, once, and a review", "handlers/testdata/survey.txtar: who leaves and comes back has no second reward"}},
	{25, "by hand: actor, role, place, reason, cap, a second person, never oneself", []string{"loyalty/book TestCase29Staff", "loyalty/book TestInvariant25WhatIsWrittenOfAGift", "loyalty/book TestDayCountsWhatAnEmployeeDid", "loyalty/book TestCapsOfAStore"}},
	{26, "who was erased is nowhere to be read, and begins anew without gifts", []string{"loyalty/people TestErasing", "loyalty/people TestComingBackAfterErasing", "cmd/regulars TestBackupHasNoErasedKeys", "cmd/regulars TestErasedLeavesOnlyWhatIsNameless", "cmd/regulars TestNothingLeaks"}},
	{27, "a campaign's audience is what was sent, failed, suppressed, unknown and pending", []string{"bot/outbox TestInvariant27AudienceAddsUp", "bot/outbox TestInvariant27BulkCrashAtEveryWrite", "bot/outbox TestCase12BulkConnectionReset"}},
	{28, "LINE: one key a message, stored before the first try", []string{"bot/outbox TestInvariant28KeyIsStoredBeforeTheFirstTry"}},
	{29, "Telegram: promotion at most once, receipts at least once", []string{"bot/outbox TestInvariant29CrashAtEveryWrite", "bot/outbox TestCase12ResetAfterTheBodyIsUnknown"}},
	{30, "nothing is begun after who receives it said no", []string{"bot/outbox TestInvariant30ConsentIsAskedForEveryTry", "bot/outbox TestInvariant30BulkChaos", "cmd/regulars TestWireCase16SaidNoMeanwhile"}},
	{31, "after a restore nothing is sent again without a word", []string{"bot/outbox TestCase22And31RestoredBackupAsksBeforeSending", "bot/outbox TestInvariant31AnswersOfTheBackupWaitToo", "bot/outbox TestInvariant31HoldStopsWhatIsInHand", "bot/outbox TestInvariant31BulksOfTheBackupWait", "cmd/regulars TestRestoreDrill"}},
	{32, "each tick has one effect a person, over several processes", []string{"bot/schedule TestInvariant32OverSeveralProcesses", "cmd/regulars TestEachTickHasOneEffect", "bot/schedule TestClockJumps"}},
}

var cases = []proofs{
	{1, "one event five times at once", []string{"loyalty/book TestCase1OneEventFiveTimesAtOnce", "bot TestFiveTimesAtOnce"}},
	{2, "a refund before its purchase", []string{"loyalty/book TestCase2RefundBeforeItsPurchase", "cmd/regulars TestWireCase02RefundBeforePurchase"}},
	{3, "redeem tapped twice", []string{"loyalty/book TestCase3RedeemTappedTwice", "cmd/regulars TestWireCase03TappedTwice"}},
	{4, "a hundred redemptions at once", []string{"loyalty/book TestCase4HundredRedemptionsForOneBalance", "cmd/regulars TestWireCase04HundredRedemptions"}},
	{5, "the last in stock", []string{"loyalty/voucher TestCase5TheLastInStock", "cmd/regulars TestWireCase05LastInStock"}},
	{6, "one code, twenty employees", []string{"loyalty/voucher TestCase6OneCodeTwentyEmployees", "cmd/regulars TestWireCase06OneCodeTwentyEmployees"}},
	{7, "refused stays refused", []string{"loyalty/book TestCase7RefusedStaysRefused", "cmd/regulars TestWireCase07RefusedStaysRefused"}},
	{8, "the same operation with another amount", []string{"loyalty/book TestCase8SameOperationOtherPayload", "handlers/api TestIdempotent"}},
	{9, "killed after the commit, before the answer", []string{"bot/outbox TestCase09KilledBeforeTheAnswerLeft", "bot/outbox TestCase09RedeliveryBringsANewToken", "bot/outbox TestCase09ReplicaDiesAfterTheCommit", "cmd/regulars TestKilledBetween"}},
	{10, "killed between the commit and LINE's answer", []string{"bot/outbox TestCase10PushIsRepeatedWithTheSameKey", "bot/outbox TestCase10ReplyIsRepeatedWithItsToken", "bot/outbox TestCase10AfterTheMinuteOnlyReceiptsArePushed", "bot/outbox TestCase10BulkKilledBeforeLINEAnswered"}},
	{11, "killed after Telegram accepted", []string{"bot/outbox TestCase11KilledAfterTelegramAccepted", "bot/outbox TestCase11BulkKilledAfterTelegramAccepted"}},
	{12, "a reset after the body was written", []string{"bot/outbox TestCase12ResetAfterTheBodyIsUnknown", "bot/outbox TestCase12BulkConnectionReset"}},
	{13, "told to wait in mid-broadcast", []string{"bot/outbox TestCase13FloodInMidBroadcast", "bot/outbox TestCase13FloodStopsEveryReplica", "bot/outbox TestCase13BulkTooManyRequests"}},
	{14, "twenty kills in a campaign", []string{"bot/outbox TestCase14TwentyKills", "bot/outbox TestCase14ReplicasDieInABulk", "cmd/regulars TestCampaignKilled"}},
	{15, "paused, edited, resumed; somebody left", []string{"bot/outbox TestCase15PausedAndSomebodyLeaves", "cmd/regulars TestWireCase15EditedInBetween"}},
	{16, "no said between queueing and sending", []string{"bot/outbox TestCase16StoppedBetweenQueueingAndSending", "cmd/regulars TestWireCase16SaidNoMeanwhile"}},
	{17, "LINE away for 25 hours", []string{"bot/outbox TestCase17LINEAwayFor25Hours", "bot/outbox TestCase17BulkWhileLINEIsAway", "cmd/regulars TestWireCase17LINEAway"}},
	{18, "a power cut", []string{"store/bolt TestPowerCut", "store/bolt TestPowerCutOverFUSE", "store/bolt TestPowerCutIsFelt"}},
	{19, "a broken file", []string{"store/bolt TestBrokenHead", "store/bolt TestFlippedValue", "store/bolt TestZeroedPages", "store/bolt TestCutShort", "store/bolt TestMissingOrForeign", "store/bolt TestRandomDamage", "cmd/regulars TestDamagedRowIsNamed", "cmd/regulars TestRowsWrongTogether", "cmd/regulars TestServesWithDamagedRows", "cmd/regulars TestLostStoreIsNotReplacedByAnEmptyOne"}},
	{20, "a full disk", []string{"store/bolt TestDiskFull", "cmd/regulars TestDiskFullServed", "cmd/regulars TestDiskFull"}},
	{21, "a second process on one file", []string{"store/bolt TestInUse", "cmd/regulars TestStoreInUseWithoutSocketIsExplained"}},
	{22, "yesterday's backup restored", []string{"bot/outbox TestCase22And31RestoredBackupAsksBeforeSending", "cmd/regulars TestWireCase22RestoredInMidCampaign", "cmd/regulars TestRestoreDrill"}},
	{23, "clocks: a day ahead, a day back, summer time, 29 February, another zone", []string{"loyalty/club TestCase23LeapDay", "loyalty/club TestCase23Spring", "loyalty/club TestCase23Autumn", "loyalty/club TestCase23NewZone", "cmd/regulars TestWireCase23Jumps", "cmd/regulars TestWireCase23DaylightSaving", "cmd/regulars TestWireCase23WrongClock", "cmd/regulars TestClockJumpsWhileServing"}},
	{24, "earned, spent, refunded", []string{"loyalty/book TestCase24EarnSpendRefund", "cmd/regulars TestWireCase24SpentThenRefunded"}},
	{25, "a forged webhook", []string{"cmd/regulars TestForgedWebhooks", "bot/line TestDecodeForged", "bot/telegram TestDecodeRefusesUnsigned"}},
	{26, "a button's data tampered with", []string{"bot TestOneTimeButton", "cmd/regulars TestWireCase26TamperedButtons"}},
	{27, "codes tried out", []string{"cmd/regulars TestWireCase27Vouchers", "cmd/regulars TestWireCase27Links", "cmd/regulars TestWireCase27Friends", "cmd/regulars TestWireCase27Receipts", "cmd/regulars TestWireCase27Recovery", "cmd/regulars TestWireCase27Counter", "cmd/regulars TestGuessesInChat", "cmd/regulars TestGuessesOverHTTP", "handlers/api TestGuessing"}},
	{28, "phone numbers tried out", []string{"cmd/regulars TestWireCase28Numbers", "cmd/regulars TestWireCase28Claims"}},
	{29, "dishonest staff", []string{"loyalty/book TestCase29Staff", "loyalty/book TestOneCardAgainAndAgain", "loyalty/fraud TestEveryCheatIsFound", "handlers/testdata/staff.txtar: a member's commands", "handlers/testdata/staff.txtar: an ex-employee", "handlers/testdata/staff.txtar: himself", "handlers/testdata/staff.txtar: a clerk sends what a manager said", "cmd/regulars TestOwnersHearOfUnusualGiving"}},
	{30, "balances and codes in a group; a strange group", []string{"handlers/testdata/group.txtar: points and card in a group", "handlers/testdata/group.txtar: a strange group"}},
	{31, "hostile names", []string{"cmd/regulars TestWireCase31", "handlers/console TestCSVRunsNothing", "handlers/intake TestHostileCellsAreText"}},
	{32, "a referral farm", []string{"loyalty/referral TestCase32Chain", "loyalty/referral TestCase32Himself", "loyalty/referral TestCase32RefundFromAFarm", "cmd/regulars TestWireCase32Farm", "cmd/regulars TestWireCase32RefundAfterReward"}},
	{33, "addresses that lead inside", []string{"handlers/hooks TestGuard", "handlers/hooks TestRebinding", "handlers/hooks TestRedirectsAreNotFollowed"}},
	{34, "logs, figures, dumps and backups searched", []string{"cmd/regulars TestNothingLeaks", "cmd/regulars TestPagesAndAnswersKeepToThemselves", "cmd/regulars TestInitOnPostgres", "cmd/regulars TestMisledLettersAreFound"}},
	{35, "erased in mid-broadcast with an open hold, then back", []string{"cmd/regulars TestWireCase35ErasedDuringABroadcast", "loyalty/book TestGiveUp", "loyalty/people TestComingBackAfterErasing"}},
}

// TestEveryRuleIsTried holds the tables against the tests that exist: each
// number is there, and each test that it names is one that runs, here or where
// its room is tested.
func TestEveryRuleIsTried(t *testing.T) {
	t.Parallel()
	known := testsOf(t, filepath.Join("..", ".."))
	for what, table := range map[string][]proofs{"invariant": invariants, "case": cases} {
		want := map[string]int{"invariant": 32, "case": 35}[what]
		if len(table) != want {
			t.Errorf("%d %ss, not %d", len(table), what, want)
		}
		for i, p := range table {
			if p.number != i+1 || len(p.tests) == 0 || p.must == "" {
				t.Errorf("%s %d stands at place %d with %d tests", what, p.number, i+1, len(p.tests))
			}
			for _, name := range p.tests {
				if !known[name] {
					t.Errorf("%s %d (%s) has no test %q any more", what, p.number, p.must, name)
				}
			}
		}
	}
}

// testsOf are the tests and the scenes of conversations below a folder. A test
// whose first word is Skip is none.
func testsOf(t *testing.T, root string) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "node_modules"):
			return filepath.SkipDir
		}
		at, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(at))
		switch {
		case strings.HasSuffix(path, ".txtar"):
			return scenesOf(path, filepath.ToSlash(at), known)
		case strings.HasSuffix(path, "_test.go"):
			return declared(path, room, known)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// declared adds the tests of a file.
func declared(path, room string, known map[string]bool) error {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && !skips(f) {
			known[room+" "+f.Name.Name] = true
		}
	}
	return nil
}

// skips reports whether a test skips whatever happens.
func skips(f *ast.FuncDecl) bool {
	return slices.ContainsFunc(f.Body.List, func(s ast.Stmt) bool {
		e, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := e.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		return ok && (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf" || sel.Sel.Name == "SkipNow")
	})
}

// scenesOf adds the scenes of a conversation.
func scenesOf(path, name string, known map[string]bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --") {
			known[name+": "+strings.TrimSuffix(strings.TrimPrefix(line, "-- "), " --")] = true
		}
	}
	return nil
}
