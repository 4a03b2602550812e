package programme

// Texts are the programme's versions by their number, each as the file was
// written, with its newest words.
func (h *History) Texts() map[int]string {
	all := map[int]string{}
	for _, v := range h.now.Load().versions {
		all[v.Rules.Version] = v.Text
	}
	return all
}
