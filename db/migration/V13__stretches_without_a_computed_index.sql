-- After a daemon was killed, H2 2.4.240 once had a row here without its entry in the index over the computed column, and
-- then refused every change of that row. Its one writer keeps it to one open stretch for each process; the index of the
-- foreign key finds it, and no end of a stretch changes that index.
ALTER TABLE tsm.wanted_span DROP CONSTRAINT wanted_span_is_open_once;
