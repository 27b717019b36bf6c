package dev.tetra.tsm.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortHintsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "python -m http.server 8000; 8000",
                "python3 -m http.server --bind 127.0.0.1 8001 -d x; 8001",
                "ruby server.rb -p 4000; 4000",
                "x --port=4000; 4000",
                "x --port 4000; 4000",
                "x -p4000; 4000",
                "x -p=4000; 4000",
                "x -port 4000; 4000",
                "php -S localhost:8080; 8080",
                "x 0.0.0.0:80; 80",
                "x :8080; 8080",
                "x localhost:8080; 8080",
                "x --bind 127.0.0.1:9000; 9000",
                "x --bind=[::1]:9000; 9000",
                "x -addr :7000; 7000",
                "python server.py 9000; 9000",
                "node app.js 3001 --x; 3001",
                "python manage.py runserver 8001; 8001",
                "manage.py runserver 0.0.0.0:8002; 8002",
                "PORT=3000 node app.js; 3000",
                "env PORT=3000 node app.js; 3000",
                "make serve PORT=8000; 8000",
                "streamlit run x.py --server.port=8502; 8502",
                "java -Dserver.port=8081 -jar x.jar; 8081",
                "java -jar x.jar --server.port=8082; 8082",
                "SERVER_PORT=8083 java -jar x.jar; 8083",
                "x --http-port 81; 81",
                "gunicorn -b 127.0.0.1:8004 a:a; 8004",
                "x --listen tcp://0.0.0.0:99; 99",
                "npm run dev -- --port 4001; 4001",
                "x --listen 5000; 5000",
                "python server.py --workers 4 9000; 9000",
                "python manage.py runserver 0:8155; 8155",
                "python manage.py runserver 127.0.0.1:8155; 8155",
                "python manage.py runserver [::1]:8155; 8155",
                "python manage.py runserver -v 2 web.local:8155; 8155",
                "python manage.py runserver --settings a.b --noreload 8155; 8155",
                "x --host 0.0.0.0:8004; 8004",
                "x --address=:8005; 8005",
                "x --addr localhost:8006; 8006",
                "mkdocs serve -a 127.0.0.1:8007; 8007",
                "x --upstream localhost:5432 --port 8008; 8008",
                "gunicorn --bind 192.168.1.5:8009 a:a; 8009"
            })
    void a_port_is_found_in(String line, String port) {
        Optional<PortHint> hint = PortHints.find(CommandWords.split(line));
        assertEquals(port == null ? "" : port, hint.map(h -> "" + h.port()).orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 60",
                "head -n 100 f",
                "kill 9",
                "python x.py --workers 4000",
                "java -m 2048",
                "cat 2024-report.py",
                "python report-2024.py",
                "python report.py 2024",
                "x 8000",
                "x --port 0",
                "x --port 65536",
                "x --port 70000",
                "x -p file",
                "ssh -p 22 host",
                "curl localhost:8080",
                "psql -p 5432",
                "x --redis localhost:6379",
                "x --db-port 5432",
                "DB_PORT=5432 x",
                "x --url http://localhost:8080",
                "bash worker.sh 8000",
                "node --max-old-space-size=4096 app.js",
                "node --inspect=9229 app.js",
                "python w.py 4",
                "x -p",
                "x --port",
                "x app:8080",
                "gunicorn app:app",
                "x --timeout=3000",
                "python x.py --n 5000",
                "x --support 80",
                "python -m http.server --directory 8000",
                "x --port 08",
                "java -Xmx2048 -jar a.jar",
                "x --upstream localhost:5432",
                "x --upstream=localhost:5432",
                "x --redis-url redis://localhost:6379",
                "x redis://localhost:6379",
                "x postgres://db:5432/x",
                "celery -A x worker -b redis://localhost:6379",
                "x --host localhost:5432",
                "x --host=db:5432",
                "x --server db:5432",
                "x --server http://localhost:8080",
                "temporal-worker --address localhost:7233",
                "x -a redis:6379",
                "x --addr redis:6379",
                "x --hosts localhost:5432 localhost:5433",
                "wait-for-it localhost:5432 -- node server.js",
                "chown 0:1000 f",
                "python manage.py runserver -v 2"
            })
    void a_number_is_no_port_in(String line) {
        assertEquals(Optional.empty(), PortHints.find(CommandWords.split(line)));
    }

    @Test
    void where_it_stands_is_said_too() {
        List<String> words = List.of("x", "--bind=127.0.0.1:9000", "y");
        PortHint hint = PortHints.find(words).orElseThrow();
        assertEquals(1, hint.word());
        assertEquals("--bind=127.0.0.1:9000", hint.text());
        assertEquals(List.of("x", "--bind=127.0.0.1:80", "y"), hint.replacedIn(words, 80));
    }

    @Property
    void a_replaced_port_is_found_again(@ForAll @IntRange(min = 1, max = 65535) int port) {
        for (String line : List.of("x --port 1", "x -p1", "x --bind a:1", "x :1", "PORT=1 x")) {
            List<String> words = CommandWords.split(line);
            List<String> other = PortHints.find(words).orElseThrow().replacedIn(words, port);
            assertEquals(port, PortHints.find(other).orElseThrow().port());
        }
    }
}
