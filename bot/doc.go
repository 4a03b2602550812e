// Package bot takes one event in and gives words out. It knows no platform and
// no points: adapters (bot/line, bot/telegram) turn webhooks into Events and
// Letters into calls; handlers bring the Commands.
package bot
