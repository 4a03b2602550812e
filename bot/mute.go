package bot

import (
	"time"

	"regulars/store"
)

// Unmute lets the bot speak again in a chat where [Turn.Mute] made it silent, for
// who was told of the chat elsewhere. It is no error when it speaks there already.
func Unmute(tx store.Tx, lane Lane) error {
	key := lane.String()
	if err := tx.Lock(store.Subject("chat/" + key)); err != nil {
		return err
	}
	row, ok, err := chatTable.Get(tx, key)
	if err != nil || !ok || row.MutedUntil.IsZero() {
		return err
	}
	row.MutedUntil = time.Time{}
	return chatTable.Put(tx, row, key)
}
