package mem

import (
	"hash/maphash"
	"iter"
)

// node is the root of a treap that is never changed: put and remove return a
// new root that shares all but the path. So a View keeps its state for nothing
// more than a pointer, and a failed Update is undone by forgetting one.
type node struct {
	key         string
	value       []byte
	weight      uint64 // a node is heavier than what is under it
	left, right *node
}

// seed makes the weights; the shape it gives is never seen from outside.
var seed = maphash.MakeSeed()

// get finds the value under key.
func (n *node) get(key string) ([]byte, bool) {
	for n != nil && n.key != key {
		if key < n.key {
			n = n.left
		} else {
			n = n.right
		}
	}
	if n == nil {
		return nil, false
	}
	return n.value, true
}

// put returns the tree with value under key.
func (n *node) put(key string, value []byte) *node {
	less, more := n.remove(key).split(key)
	one := &node{key: key, value: value, weight: maphash.String(seed, key)}
	return join(join(less, one), more)
}

// remove returns the tree without key; the very same one if it is not there.
func (n *node) remove(key string) *node {
	if _, ok := n.get(key); !ok {
		return n
	}
	if n.key == key {
		return join(n.left, n.right)
	}
	c := *n
	if key < n.key {
		c.left = n.left.remove(key)
	} else {
		c.right = n.right.remove(key)
	}
	return &c
}

// split parts the tree into the keys below key and those from key up.
func (n *node) split(key string) (less, more *node) {
	if n == nil {
		return nil, nil
	}
	c := *n
	if n.key < key {
		c.right, more = n.right.split(key)
		return &c, more
	}
	less, c.left = n.left.split(key)
	return less, &c
}

// join is the tree of both, where every key of a is below every key of b.
func join(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.weight > b.weight:
		c := *a
		c.right = join(a.right, b)
		return &c
	default:
		c := *b
		c.left = join(a, b.left)
		return &c
	}
}

// from yields the nodes whose keys are not below start, in order.
func (n *node) from(start string) iter.Seq[*node] {
	return func(yield func(*node) bool) { n.walk(start, yield) }
}

func (n *node) walk(start string, yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	if n.key < start {
		return n.right.walk(start, yield)
	}
	return n.left.walk(start, yield) && yield(n) && n.right.walk(start, yield)
}
