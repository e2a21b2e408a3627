// What manual pages say beside what is made from the command lines and from docs/.

export const rqdText = {
  name: 'run jobs of Redis Queue in a pool of isolated executors',
  description: [
    'rqd takes jobs from queues of Redis Queue (python-rq) and runs them: functions of JavaScript and TypeScript modules below the task paths. It shares all data in Redis with RQ, so that producers, workers and viewers of RQ work beside it.',
    'One supervisor reads the queues in strict order of priority, keeps a pool of executors busy, each a process of its own, and writes what became of each job. A job that hangs, crashes or leaks harms no other. Jobs of a daemon that died are taken over by others.',
    'rqctl(1) asks and steers a running daemon over its control socket.',
  ],
  files: [
    [
      'rqd.config.json, .yaml, .yml, .toml, .js, .mjs',
      'the configuration, in the working directory, unless --config names another; see rqd.config(5)',
    ],
    [
      '$RUNTIME_DIRECTORY/rqd.sock, $XDG_RUNTIME_DIR/rqd/rqd.sock, /tmp/rqd-$UID/rqd.sock',
      'the control socket, the first of these whose variable is set, unless --socket names another',
    ],
  ],
  environment: [
    [
      'RQD_OPTION',
      'any option, in capitals with underscores: RQD_RESULTS_TTL=1h; flags win over it, it wins over the file',
    ],
    ['RQ_REDIS_URL', "where Redis is, if neither RQD_URL nor --url says so; more of RQ's names are in rqd.config(5)"],
    ['RUNTIME_DIRECTORY, XDG_RUNTIME_DIR', 'where the control socket is made'],
    ['NOTIFY_SOCKET', 'set by systemd for services of Type=notify: the daemon tells when it is ready'],
    ['NO_COLOR', 'no colours, also on a terminal'],
  ],
  exits: [
    ['0', 'it ended well'],
    ['1', 'it could not start, or broke; or rqd check found an error'],
    ['2', 'the command line or the configuration is wrong'],
  ],
  examples: [
    ['Serve three queues in order of priority, with functions from ./tasks:', 'rqd --path ./tasks high default low'],
    ['See whether all is there to run here, without starting anything:', 'rqd check rqd.config.yaml'],
    ['Empty the queues and end:', 'rqd --burst'],
    ['Show every option, its value and where it comes from:', 'rqd --print-config'],
  ],
}

export const rqctlText = {
  name: 'ask and steer a running rqd daemon, and the Redis that it works for',
  description: [
    'rqctl talks to a running rqd(8) over its control socket, and works on queues, jobs and workers straight in Redis, where no daemon is needed.',
    'Answers go to standard output, everything else to standard error. With --json every command prints one JSON document. Colours and live lines appear on a terminal only; tables fit the terminal, and in a pipe nothing is cut.',
  ],
  environment: [
    ['RQD_SOCKET', 'the control socket, if --socket names none'],
    ['RQD_TENANT', 'the tenant that commands are about, if --tenant names none'],
    ['RQD_URL, RQ_REDIS_URL', 'where Redis is, if --url does not say so'],
    ['RUNTIME_DIRECTORY, XDG_RUNTIME_DIR', 'where the control socket is looked for, as rqd(8) does'],
    ['NO_COLOR', 'no colours, also on a terminal'],
  ],
  files: rqdText.files.slice(1),
  exits: [
    ['0', 'all was done'],
    ['1', 'it failed, or not all of it could be done'],
    ['2', 'the command line is wrong'],
    ['3', 'no daemon answers on the control socket'],
    ['4', 'a deadline passed first'],
  ],
  examples: [
    ['See what the daemon does, once or live:', 'rqctl status\nrqctl top'],
    [
      'Wait until the running jobs have ended, five minutes at most, and stop:',
      'rqctl drain --timeout 5m && rqctl shutdown',
    ],
    ['Halt a queue for all daemons, and let it go on:', 'rqctl pause --everywhere low\nrqctl resume --everywhere low'],
    ['Put all failed jobs of a queue back:', 'rqctl requeue --queue default --all'],
    ['Complete commands in bash:', 'source <(rqctl completion bash)'],
  ],
}

export const configText = {
  name: 'configuration file of rqd',
  files: rqdText.files.slice(0, 1),
  examples: [
    [
      'rqd.config.yaml:',
      'url: redis://redis.internal:6379/0\nqueues: [high, default, low]\npath: tasks # relative to this file\nexecutors: 4\nresults-ttl: 1h\nlog-format: json',
    ],
    [
      'rqd.config.mjs:',
      "export default {\n  url: process.env.MY_REDIS ?? 'redis://localhost:6379/0',\n  queues: ['high', 'default', 'low'],\n}",
    ],
  ],
}
