package dev.tetra.tsm.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tetra.tsm.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services as a user has them: files, the daemon that dies, the machine that goes down. */
class ServicesIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TsmHome home;

    @BeforeEach
    void open() throws IOException {
        home = TsmHome.create();
    }

    @AfterEach
    void close() throws IOException {
        home.close();
    }

    private void file(String name, String... lines) throws IOException {
        Path folder = Files.createDirectories(home.home().resolve("services-available"));
        Files.writeString(folder.resolve(name + ".tsm"), String.join("\n", lines) + "\n");
    }

    private String running() {
        return home.tsm("list", "-q").expect(0).out();
    }

    private void killDaemon() {
        ProcessHandle daemon = ProcessHandle.of(home.daemonPid()).orElseThrow();
        daemon.destroyForcibly();
        Await.until("the daemon is dead", SOON, () -> !daemon.isAlive());
    }

    @Test
    void a_command_in_a_file_is_told_and_never_run() throws IOException {
        home.tsm("list").expect(0);
        Path victim = Files.createDirectory(home.work().resolve("x"));
        file("evil", "SERVICE_COMMAND=\"sleep 60\"", "SERVICE_DIR=\"$(rm -rf " + victim + ")\"");
        String said = home.tsm("start", "evil").expect(1).err();
        assertTrue(said.contains("evil.tsm:2: '$(' would run a command"), said);
        home.tsm("start", "--json", "evil").expect(1);
        home.tsm("list", "available").expect(0);
        assertTrue(Files.isDirectory(victim));
        assertEquals("[]\n", home.tsm("list", "all", "--json").expect(0).out());
    }

    @Test
    void a_service_of_the_bash_module_serves_with_its_env_file_and_follows_its_file() throws IOException {
        home.tsm("list").expect(0);
        Path app = Files.createDirectories(home.work().resolve("app/env")).getParent();
        Files.writeString(app.resolve("env/dev.env"), "export GREETING=hello\n");
        Files.writeString(
                app.resolve("run.py"),
                "import os, time\nprint(os.environ['GREETING'], os.environ['PORT'], os.getcwd())\ntime.sleep(600)\n");
        file(
                "myapp",
                "SERVICE_NAME=\"myapp\"",
                "SERVICE_TYPE=\"python\"",
                "SERVICE_COMMAND=\"python3 run.py\"",
                "SERVICE_PORT=\"18231\"",
                "SERVICE_ENV=\"env/dev.env\"",
                "SERVICE_DIR=\"" + app + "\"",
                "SERVICE_DESCRIPTION=\"My application server\"");
        home.tsm("start", "myapp").expect(0);
        assertEquals("myapp-18231\n", running());
        Await.until(
                "it wrote",
                SOON,
                () -> home.tsm("logs", "myapp", "--raw").out().contains("hello 18231 " + app.toRealPath()));
        file(
                "myapp",
                "SERVICE_COMMAND=\"python3 -u run.py\"",
                "SERVICE_PORT=18231",
                "SERVICE_ENV=dev",
                "SERVICE_DIR=\"" + app + "\"");
        String told = home.tsm("restart", "myapp").expect(0).err();
        assertTrue(told.contains("changed command: python3 -u run.py, was python3 run.py"), told);
        file("myapp", "SERVICE_COMAND=\"python3 run.py\"");
        told = home.tsm("restart", "myapp").expect(0).err();
        assertTrue(told.contains("myapp.tsm:1: there is no field SERVICE_COMAND"), told);
        assertTrue(home.tsm("info", "myapp").expect(0).out().contains("python3 -u run.py"));
    }

    @Test
    void a_folder_that_is_gone_is_told_and_a_running_process_left_alone() throws IOException {
        home.tsm("list").expect(0);
        Path app = Files.createDirectory(home.work().resolve("app"));
        file("nap", "SERVICE_COMMAND=\"sleep 600\"", "SERVICE_DIR=" + app);
        home.tsm("start", "nap").expect(0);
        String before = home.tsm("list", "--format", "{pid}").out();
        Files.delete(app);
        assertTrue(home.tsm("restart", "nap").expect(1).err().contains("is gone: " + app));
        assertEquals(before, home.tsm("list", "--format", "{pid}").out());
        home.tsm("delete", "nap").expect(0);
        assertTrue(home.tsm("start", "nap").expect(1).err().contains("is gone: " + app));
        assertEquals("[]\n", home.tsm("list", "all", "--json").expect(0).out());
    }

    @Test
    void an_enabled_service_comes_up_with_the_next_daemon_and_one_stopped_by_hand_only_with_a_new_one() {
        home.tsm("service", "add", "nap", "sleep", "600").expect(0);
        home.tsm("service", "add", "other", "sleep", "601").expect(0);
        home.tsm("enable", "nap").expect(0);
        killDaemon();
        Await.until("it came up", SOON, () -> running().equals("nap\n"));
        home.tsm("stop", "nap").expect(0);
        killDaemon();
        home.tsm("daemon", "start").expect(0);
        home.tsm("daemon", "stop").expect(0);
        Await.until("it stopped", SOON, () -> home.tsm("daemon", "status").code() == 1);
        Await.until("it came up", SOON, () -> running().equals("nap\n"));
    }

    @Test
    void a_stop_given_while_services_come_up_is_the_last_word() throws IOException {
        Path slow = Files.writeString(home.work().resolve("slow.env"), "sleep 1\nA=1\n");
        home.tsm("service", "add", "--env", slow.toString(), "nap", "sleep", "600")
                .expect(0);
        home.tsm("enable", "nap").expect(0);
        home.tsm("start", "nap").expect(0);
        home.tsm("daemon", "stop", "--all").expect(0);
        Await.until("all is gone", SOON, () -> home.processes().isEmpty());
        home.tsm("stop", "all").expect(0);
        // Its end waits for what comes up with it.
        String said = home.tsm("daemon", "stop").expect(0).out();
        assertTrue(said.contains("no process is running"), said);
        Await.until(
                "the daemon is gone", SOON, () -> home.tsm("daemon", "status").code() == 1);
        Await.until("its processes are gone", SOON, () -> home.processes().isEmpty());
    }

    @Test
    void what_ran_when_the_machine_went_down_runs_again_and_nothing_else() throws IOException {
        Path bin = Files.createDirectory(home.work().resolve("bin"));
        Path systemctl = Files.writeString(bin.resolve("systemctl"), "#!/bin/sh\necho stopping\n");
        assertTrue(systemctl.toFile().setExecutable(true));
        home.tsm("start", "--name", "runs", "sleep", "600").expect(0);
        home.tsm("start", "--name", "rests", "sleep", "601").expect(0);
        home.tsm("stop", "rests").expect(0);
        home.tsm("daemon", "stop", "--shutdown").expect(0);
        Await.until(
                "the daemon is gone", SOON, () -> home.tsm("daemon", "status").code() == 1);
        Await.until("only the process is left", SOON, () -> home.processes().size() == 1);
        assertEquals("runs\n", running());
        String path = String.valueOf(home.environment().get("PATH"));
        home.environment().put("PATH", bin + ":" + path);
        home.tsm("daemon", "stop", "--shutdown").expect(0);
        Await.until("all is gone", SOON, () -> home.processes().isEmpty());
        home.environment().put("PATH", path);
        Await.until("it runs again", SOON, () -> running().equals("runs\n"));
    }

    @Test
    void a_unit_is_written_told_of_and_removed() throws IOException {
        String shown =
                home.tsm("startup", "install", "--user", "--print").expect(0).out();
        assertTrue(shown.contains("ExecStart=\"" + home.launcher() + "\" __daemon"), shown);
        Path unit = home.work().resolveSibling("user").resolve(".config/systemd/user/tsm.service");
        assertFalse(Files.exists(unit));
        home.tsm("startup", "install", "--user").expect(0);
        assertEquals(shown, Files.readString(unit));
        assertTrue(home.tsm("startup", "status", "--json").expect(0).out().contains("\"current\": true"));
        assertTrue(home.tsm("startup", "install", "--user").expect(0).out().contains("is as it should be"));
        Files.writeString(unit, "[Unit]\n");
        home.tsm("startup", "install", "--user").expect(4);
        home.tsm("startup", "uninstall", "--user").expect(4);
        home.tsm("startup", "install", "--user", "--replace").expect(0);
        home.tsm("startup", "uninstall", "--user").expect(0);
        assertFalse(Files.exists(unit));
        home.tsm("startup", "uninstall", "--user").expect(0);
        home.tsm("startup", "instal").expect(2);
        home.tsm("startup").expect(0);
    }
}
