package loyalty

import (
	"errors"
	"testing"
)

// TestStops: at a bound the next one is stopped; a gift may be allowed by a second
// person, a sale not, and for one's own household nobody may where that is refused.
func TestStops(t *testing.T) {
	s := Stop{Hour: 4, Day: 9, Card: 2, All: 3}
	strict, asks := Stop{Household: HouseholdRefuse}, Stop{Household: HouseholdAsk}
	for _, c := range []struct {
		stop     Stop
		done     Deeds
		kind     Kind
		approved bool
		want     *StopError
	}{
		{s, Deeds{Hour: 3, Day: 8, Card: 1, All: 2}, KindEarn, false, nil},
		{s, Deeds{Hour: 4}, KindEarn, false, &StopError{StoppedHour, 4, false}},
		{s, Deeds{Day: 9}, KindGive, false, &StopError{StoppedDay, 9, true}},
		{s, Deeds{Card: 2}, KindAdjust, false, &StopError{StoppedCard, 2, true}},
		{s, Deeds{Card: 2}, KindGive, true, nil},
		{s, Deeds{Card: 2}, KindEarn, true, &StopError{StoppedCard, 2, false}},
		{s, Deeds{All: 3}, KindEarn, false, &StopError{StoppedAll, 3, false}},
		{s, Deeds{Household: true}, KindEarn, false, nil},
		{strict, Deeds{Household: true}, KindEarn, false, &StopError{StoppedHousehold, 0, false}},
		{strict, Deeds{Household: true}, KindGive, true, &StopError{StoppedHousehold, 0, false}},
		{asks, Deeds{Household: true}, KindEarn, false, &StopError{StoppedHousehold, 0, false}},
		{asks, Deeds{Household: true}, KindGive, false, &StopError{StoppedHousehold, 0, true}},
		{asks, Deeds{Household: true}, KindGive, true, nil},
		{Stop{}, Deeds{Hour: 1e6, Day: 1e6, Card: 1e6, All: 1e6}, KindEarn, false, nil},
	} {
		err := c.stop.Check(c.done, c.kind, c.approved)
		var got *StopError
		if errors.As(err, &got); (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%+v after %+v, %s, approved %v: %v, want %v", c.stop, c.done, c.kind, c.approved, got, c.want)
		}
		if err != nil && !Refused(err) {
			t.Errorf("%v is no refusal", err)
		}
	}
}
