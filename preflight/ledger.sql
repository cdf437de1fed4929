-- The tables of the ledger. What they mean stands in ledger.py.
CREATE TABLE entries (
  number INTEGER PRIMARY KEY AUTOINCREMENT, idempotency_key TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  base_url TEXT NOT NULL, profile TEXT NOT NULL, body BLOB NOT NULL, body_hash TEXT NOT NULL, price TEXT,
  owner TEXT NOT NULL, created_s REAL NOT NULL, changed_s REAL NOT NULL, message TEXT NOT NULL DEFAULT '',
  task_id TEXT, status TEXT NOT NULL DEFAULT '', progress INTEGER, credits_reserved TEXT);
CREATE INDEX entries_body ON entries (body_hash, base_url);
CREATE INDEX entries_task ON entries (task_id);
CREATE TABLE assets (
  entry INTEGER NOT NULL REFERENCES entries, position INTEGER NOT NULL, role TEXT NOT NULL, path TEXT NOT NULL,
  sha256 TEXT, url TEXT NOT NULL, PRIMARY KEY (entry, position));
CREATE TABLE downloads (
  entry INTEGER NOT NULL REFERENCES entries, path TEXT NOT NULL, PRIMARY KEY (entry, path));
CREATE TABLE uploads (
  sha256 TEXT NOT NULL, files_url TEXT NOT NULL, url TEXT NOT NULL, expires_s REAL NOT NULL,
  PRIMARY KEY (sha256, files_url));
