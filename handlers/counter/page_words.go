package counter

import (
	"encoding/json"
	"strings"

	"regulars/i18n"
)

// pageKeys are the texts that the page shows; those that chats say in the same
// words are theirs.
var pageKeys = []i18n.Key{
	i18n.FindSeveral, i18n.FindFrozen, i18n.UndoButton,
	i18n.CounterPageTitle, i18n.CounterPageSetupTitle, i18n.CounterPageSetupHow, i18n.CounterPageSetupPaste,
	i18n.CounterPageSetupName, i18n.CounterPageSetupExample, i18n.CounterPageSetupDo, i18n.CounterPageSetupGone,
	i18n.CounterPageSetupBad, i18n.CounterPageWho, i18n.CounterPageWhoNone, i18n.CounterPageWhoChange, i18n.CounterPagePin,
	i18n.CounterPagePinOk, i18n.CounterPagePinDelete, i18n.CounterPagePinFirst, i18n.CounterPagePinWait,
	i18n.CounterPageFirstHow, i18n.CounterPageFirstCode, i18n.CounterPageFirstPin, i18n.CounterPageFirstAgain,
	i18n.CounterPageFirstDiffer, i18n.CounterPageFirstDo, i18n.CounterPageBack, i18n.CounterPageScanHere,
	i18n.CounterPageScanStart, i18n.CounterPageScanDenied, i18n.CounterPageScanNone, i18n.CounterPageScanTurn,
	i18n.CounterPageLook, i18n.CounterPageFind, i18n.CounterPageLetters, i18n.CounterPageDigits, i18n.CounterPageBare,
	i18n.CounterPageRecent, i18n.CounterPageRecentNone, i18n.CounterPageMenu, i18n.CounterPageLock, i18n.CounterPagePoints,
	i18n.CounterPageAmount, i18n.CounterPageRecord, i18n.CounterPageUse, i18n.CounterPageShowCode,
	i18n.CounterPageOrder, i18n.CounterPageEarlier, i18n.CounterPageEarlierWhen, i18n.CounterPageUntil, i18n.CounterPageKeptCard,
	i18n.CounterPageKeptPhone, i18n.CounterPageSending, i18n.CounterPageSaved, i18n.CounterPageUsed, i18n.CounterPageNow,
	i18n.CounterPageKept, i18n.CounterPageKeptWhy, i18n.CounterPageNext, i18n.CounterPageUndone,
	i18n.CounterPageYes, i18n.CounterPageNo, i18n.CounterPageElsewhere, i18n.CounterPageReceiptCode, i18n.CounterPageRefused, i18n.CounterPageAgain, i18n.CounterPageOk,
	i18n.CounterPageRemove, i18n.CounterPageRemoveSure, i18n.CounterPageCodeShow, i18n.CounterPageCodeWhy, i18n.CounterPageCodePrint, i18n.CounterPageCodeHow,
	i18n.CounterPageWaiting, i18n.CounterPageWaitingNone, i18n.CounterPageWaitingChip, i18n.CounterPageRefusedChip,
	i18n.CounterPageOffline, i18n.CounterPageOfflineLocked, i18n.CounterPageOfflineNeeds, i18n.CounterPageOfflineFind,
	i18n.CounterPageWrong, i18n.CounterPageStoreFull, i18n.CounterPageSound, i18n.CounterPageOn, i18n.CounterPageOff,
	i18n.CounterPageLanguage, i18n.CounterPageDevice, i18n.CounterPageInstall, i18n.CounterPageKindSale, i18n.CounterPageKindUse,
	i18n.CounterPageKindUndo, i18n.CounterPageKindCode,
	i18n.CounterPagePlan, i18n.CounterPagePlanHas, i18n.CounterPagePlanMonth, i18n.CounterPagePlanYear, i18n.CounterPageKindPlan,
	i18n.CounterPageDoor, i18n.CounterPageDoorNone, i18n.CounterPageDoorCode, i18n.CounterPageDoorLet, i18n.CounterPageDoorIn,
	i18n.CounterPageDoorWaits, i18n.CounterPageKindArrive,
}

// pageCurrencies are those whose amounts shops write with a sign of their own.
var pageCurrencies = []string{"TWD", "HKD", "JPY", "THB", "CNY", "USD", "SGD", "MYR", "MOP"}

// words is what the page knows of a language.
type words struct {
	Own   string            `json:"own"`   // what the language calls itself
	Say   map[string]string `json:"say"`   // texts by name, with places such as {Name}
	Money map[string]string `json:"money"` // how an amount % is written, by currency
}

// pageWords are a language's words as the page loads them. Names of the page's
// own texts lose what stands before their dot.
func pageWords(l i18n.Lang) []byte {
	p := i18n.For(l)
	w := words{Own: l.Own(), Say: map[string]string{}, Money: map[string]string{}}
	places := []any{}
	for _, name := range []string{"Name", "Number", "Money", "Time"} {
		places = append(places, name, "{"+name+"}")
	}
	for _, key := range pageKeys {
		w.Say[strings.TrimPrefix(string(key), "counterpage.")] = p.Say(key, places...)
	}
	for _, code := range pageCurrencies {
		w.Money[code] = strings.Replace(p.Money(1, code, 0), "1", "%", 1)
	}
	raw, _ := json.Marshal(w)
	return raw
}
