package sim

import "net/http"

// routes are the endpoints of api.line.me and api-data.line.me. What is not
// here answers 404.
func (l *lineServer) routes() {
	call := func(pattern string, serve lineEndpoint) lineRoute { return lineRoute{pattern: pattern, serve: serve} }
	open := func(pattern string, serve lineEndpoint) lineRoute {
		return lineRoute{pattern: pattern, serve: serve, open: true}
	}
	l.api = l.mount([]lineRoute{
		call("POST /v2/bot/message/reply", (*lineCall).reply),
		call("POST /v2/bot/message/push", (*lineCall).push),
		call("POST /v2/bot/message/multicast", (*lineCall).multicast),
		call("POST /v2/bot/message/broadcast", (*lineCall).broadcast),
		call("POST /v2/bot/message/validate/reply", (*lineCall).validate),
		call("POST /v2/bot/message/validate/push", (*lineCall).validate),
		call("POST /v2/bot/message/validate/multicast", (*lineCall).validate),
		call("POST /v2/bot/message/validate/narrowcast", (*lineCall).validate),
		call("POST /v2/bot/message/validate/broadcast", (*lineCall).validate),
		call("GET /v2/bot/message/quota", (*lineCall).quota),
		call("GET /v2/bot/message/quota/consumption", (*lineCall).consumption),
		call("GET /v2/bot/message/delivery/{kind}", (*lineCall).delivered),
		call("GET /v2/bot/message/aggregation/info", (*lineCall).unitInfo),
		call("GET /v2/bot/message/aggregation/list", (*lineCall).unitList),

		call("GET /v2/bot/info", (*lineCall).info),
		call("GET /v2/bot/profile/{user}", (*lineCall).profile),
		call("GET /v2/bot/followers/ids", (*lineCall).followers),
		call("GET /v2/bot/group/{group}/summary", (*lineCall).summary),
		call("GET /v2/bot/group/{group}/members/count", (*lineCall).members),
		call("GET /v2/bot/room/{group}/members/count", (*lineCall).members),
		call("GET /v2/bot/group/{group}/members/ids", (*lineCall).memberIDs),
		call("GET /v2/bot/room/{group}/members/ids", (*lineCall).memberIDs),
		call("GET /v2/bot/group/{group}/member/{user}", (*lineCall).member),
		call("GET /v2/bot/room/{group}/member/{user}", (*lineCall).member),
		call("POST /v2/bot/group/{group}/leave", (*lineCall).leave),
		call("POST /v2/bot/room/{group}/leave", (*lineCall).leave),
		call("POST /v2/bot/user/{user}/linkToken", (*lineCall).linkToken),

		call("POST /v2/bot/chat/loading/start", (*lineCall).startLoading),
		call("POST /v2/bot/chat/markAsRead", (*lineCall).markAsRead),
		call("GET /v2/bot/channel/webhook/endpoint", (*lineCall).getWebhook),
		call("PUT /v2/bot/channel/webhook/endpoint", (*lineCall).putWebhook),
		{pattern: "POST /v2/bot/channel/webhook/test", serve: (*lineCall).testWebhook, free: true},

		call("POST /v2/bot/richmenu", (*lineCall).createMenu),
		call("POST /v2/bot/richmenu/validate", (*lineCall).validateMenu),
		call("GET /v2/bot/richmenu/list", (*lineCall).listMenus),
		call("GET /v2/bot/richmenu/{menu}", (*lineCall).getMenu),
		call("DELETE /v2/bot/richmenu/{menu}", (*lineCall).deleteMenu),
		call("POST /v2/bot/user/all/richmenu/{menu}", (*lineCall).setDefaultMenu),
		call("GET /v2/bot/user/all/richmenu", (*lineCall).getDefaultMenu),
		call("DELETE /v2/bot/user/all/richmenu", (*lineCall).clearDefaultMenu),
		call("POST /v2/bot/user/{user}/richmenu/{menu}", (*lineCall).linkMenu),
		call("GET /v2/bot/user/{user}/richmenu", (*lineCall).linkedMenu),
		call("DELETE /v2/bot/user/{user}/richmenu", (*lineCall).unlinkMenu),
		call("POST /v2/bot/richmenu/bulk/link", (*lineCall).bulkLink),
		call("POST /v2/bot/richmenu/bulk/unlink", (*lineCall).bulkUnlink),
		call("POST /v2/bot/richmenu/batch", (*lineCall).batchMenus),
		call("POST /v2/bot/richmenu/validate/batch", (*lineCall).validateBatch),
		call("GET /v2/bot/richmenu/progress/batch", (*lineCall).batchProgress),
		call("POST /v2/bot/richmenu/alias", (*lineCall).createAlias),
		call("GET /v2/bot/richmenu/alias/list", (*lineCall).listAliases),
		call("GET /v2/bot/richmenu/alias/{alias}", (*lineCall).getAlias),
		call("POST /v2/bot/richmenu/alias/{alias}", (*lineCall).updateAlias),
		call("DELETE /v2/bot/richmenu/alias/{alias}", (*lineCall).deleteAlias),

		open("POST /oauth2/v3/token", (*lineCall).statelessToken),
		open("POST /v2/oauth/accessToken", (*lineCall).shortToken),
		open("POST /v2/oauth/verify", (*lineCall).verifyToken),
		open("POST /v2/oauth/revoke", (*lineCall).revokeToken),
	})
	l.blob = l.mount([]lineRoute{
		call("POST /v2/bot/richmenu/{menu}/content", (*lineCall).uploadMenu),
		call("GET /v2/bot/richmenu/{menu}/content", (*lineCall).downloadMenu),
		call("GET /v2/bot/message/{message}/content", (*lineCall).download),
	})
}

// download gives what a person sent. DOC #status-codes: 410 once unsent.
func (c *lineCall) download() lineAnswer {
	blob, ok := c.ch.content[c.r.PathValue("message")]
	switch {
	case !ok:
		return lineRefuse(404, lineNotFound)
	case blob.gone:
		return lineRefuse(410, "Gone")
	}
	return lineAnswer{status: http.StatusOK, kind: blob.kind, body: blob.data}
}
