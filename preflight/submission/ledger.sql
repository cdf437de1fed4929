-- The tables of the ledger, as they came version by version: a file of an older version gets those that it lacks.
-- What they mean stands in ledger.py and drift.py.
-- version 1
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
-- version 2
CREATE TABLE facts (
  entry INTEGER NOT NULL REFERENCES entries, position INTEGER NOT NULL, facts TEXT NOT NULL,
  PRIMARY KEY (entry, position));
CREATE TABLE drift (
  entry INTEGER PRIMARY KEY REFERENCES entries, at_s REAL NOT NULL, profile TEXT NOT NULL, stage TEXT NOT NULL,
  rule TEXT NOT NULL, status INTEGER, code TEXT NOT NULL, message TEXT NOT NULL, facts TEXT NOT NULL);
-- version 3
ALTER TABLE entries ADD COLUMN skew_s REAL;
