// Reads a ledger's tiles and checkpoint with the transparency log packages of the Go project:
// golang.org/x/mod/sumdb/note checks the signature, .../tlog every tile against the root, every
// entry against the tree, and the tree against an older checkpoint.
//
// usage: reader TILES KEY CHECKPOINT OLDER
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		body, err := f.read("tile/"+strings.TrimPrefix(tile.Path(), "tile/8/"), tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		found = append(found, body)
	}
	return found, nil
}

// read returns the first bytes of a file; a full tile stands for each of its partial ones.
func (f folder) read(name string, size int) ([]byte, error) {
	body, err := os.ReadFile(filepath.Join(string(f), name))
	if os.IsNotExist(err) {
		name, _, _ = strings.Cut(name, ".p/")
		body, err = os.ReadFile(filepath.Join(string(f), name))
	}
	if err == nil && size > 0 && len(body) > size {
		body = body[:size]
	}
	return body, err
}

func checkpoint(path string, key string) tlog.Tree {
	body, err := os.ReadFile(path)
	check(err)
	verifier, err := note.NewVerifier(key)
	check(err)
	opened, err := note.Open(body, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func main() {
	tiles, key := folder(os.Args[1]), os.Args[2]
	tree, older := checkpoint(os.Args[3], key), checkpoint(os.Args[4], key)
	hashes := tlog.TileHashReader(tree, tiles)
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash))
	entries := int64(0)
	for bundle := int64(0); bundle*256 < tree.N; bundle++ {
		width := tree.N - bundle*256
		if width > 256 {
			width = 256
		}
		name := strings.Replace(tlog.Tile{H: 8, L: -1, N: bundle, W: int(width)}.Path(), "8/data", "entries", 1)
		body, err := tiles.read(name, 0)
		check(err)
		for at := int64(0); at < width; at++ {
			size := int(binary.BigEndian.Uint16(body))
			leaf := tlog.RecordHash(body[2 : 2+size])
			body = body[2+size:]
			proof, err := tlog.ProveRecord(tree.N, bundle*256+at, hashes)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, bundle*256+at, leaf))
			entries++
		}
	}
	fmt.Println("entries", entries, "older", older.N)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
