'use strict';
// Loaded by Node before a program for which tsm listens. server.listen(PORT) of that port takes the socket that tsm has
// handed over, so the program needs to know nothing of it; and unless the program handles the stop signal itself, it ends
// gracefully on that: no new connections, what is under way is answered, then it ends by the signal as it would have.

const said = process.env.TSM_LISTEN;
if (said) {
  let listen;
  try {
    listen = JSON.parse(said);
  } catch {
    listen = null;
  }
  if (listen) {
    arm(listen);
  }
}

function arm(listen) {
  const net = require('node:net');
  const fs = require('node:fs');
  const plainListen = net.Server.prototype.listen;
  const plainClose = net.Server.prototype.close;
  // A client that keeps its connection has this long to use it once more, and is then told that it was the last time.
  const LINGER = Math.min(1000, listen.within / 3);
  const watched = [];
  let handed = false;
  let ending = false;

  net.Server.prototype.listen = function (...args) {
    const own = asksForDescriptor(args);
    if (!own && (handed || !asksForPort(args) || !isSocket())) {
      return plainListen.apply(this, args);
    }
    handed = true;
    watch(this);
    if (own) {
      return plainListen.apply(this, args);
    }
    const last = args[args.length - 1];
    return plainListen.call(this, { fd: listen.fd }, ...(typeof last === 'function' ? [last] : []));
  };

  function asksForDescriptor(args) {
    return typeof args[0] === 'object' && args[0] !== null && args[0].fd === listen.fd;
  }

  function asksForPort(args) {
    const first = args[0];
    const port = typeof first === 'object' && first !== null && !first.path ? first.port : first;
    const numeric = typeof port === 'number' || (typeof port === 'string' && /^[0-9]+$/.test(port));
    return numeric && Number(port) === listen.port;
  }

  function isSocket() {
    try {
      return fs.fstatSync(listen.fd).isSocket();
    } catch {
      return false;
    }
  }

  function watch(server) {
    const connections = new Map();
    const http = 'keepAliveTimeout' in server;
    const secure = typeof server.setSecureContext === 'function';
    server.on(secure ? 'secureConnection' : 'connection', (socket) => {
      connections.set(socket, { busy: 0, idleSince: Date.now() });
      socket.once('close', () => connections.delete(socket));
    });
    if (http || secure) {
      server.prependListener('request', (request, response) => {
        const connection = connections.get(request.socket);
        if (ending) {
          last(response);
        }
        if (!connection) {
          return;
        }
        connection.busy++;
        connection.response = response;
        response.once('close', () => {
          connection.busy--;
          connection.idleSince = Date.now();
        });
      });
    }
    const sessions = new Set();
    server.on('session', (session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
    });
    if (watched.length === 0) {
      // First in the row, so that a handler which is for one time only is still there to be seen.
      process.prependListener(listen.signal, end);
    }
    watched.push({ server, connections, sessions, http });
    if (listen.ready) {
      server.once('listening', () => {
        try {
          fs.closeSync(fs.openSync(listen.ready, 'a', 0o600));
        } catch {
          // then it is not told, and what waits for it gives up in its time
        }
      });
    }
  }

  function last(response) {
    if (!response.headersSent && typeof response.setHeader === 'function' && !response.stream) {
      response.setHeader('Connection', 'close');
    }
  }

  function end() {
    if (ending || process.listenerCount(listen.signal) > 1) {
      return;
    }
    ending = true;
    let open = watched.length;
    for (const { server, connections, sessions } of watched) {
      // Not the close of http, which ends idle connections at once: a request may be on its way on one of them.
      plainClose.call(server, () => {
        if (--open === 0) {
          die();
        }
      });
      for (const { busy, response } of connections.values()) {
        if (busy > 0) {
          last(response);
        }
      }
      for (const session of sessions) {
        session.close();
      }
    }
    setInterval(endIdle, 50);
    setTimeout(die, Math.max(listen.within - 250, listen.within / 2));
  }

  function endIdle() {
    const now = Date.now();
    for (const { connections, http } of watched) {
      for (const [socket, { busy, idleSince }] of connections) {
        // What was upgraded, as to a web socket, has no parser any more and is the program's.
        if (http && socket.parser && busy === 0 && now - idleSince >= LINGER) {
          socket.end();
        }
      }
    }
  }

  function die() {
    process.removeListener(listen.signal, end);
    process.kill(process.pid, listen.signal);
  }
}
