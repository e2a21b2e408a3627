/** A daemon with cron entries in a process of its own: `cron-daemon.js '{"url": …, "cron": […]}'`, a configuration. */
import { run } from '../../daemon/compose.js'
import { makeConfig } from '../../daemon/config/make-config.js'
import type { ConfigInput } from '../../daemon/config/schema.js'
import { createLogger } from '../../daemon/log.js'
import { lineMaker } from '../../daemon/log/log-format.js'
import { spawnNodeExecutor } from '../../daemon/supervisor/spawn.js'
import { systemRandom } from '../../src/random.js'

const config = makeConfig(JSON.parse(process.argv[2] ?? '{}') as ConfigInput)
const daemonId = systemRandom.hex(32)
process.exitCode = await run(config, {
  environment: process.env,
  logger: createLogger(
    config.logLevel,
    lineMaker({ format: 'text', dateFormat: undefined, pid: process.pid }),
    process.stderr,
  ),
  daemonId,
  spawn: () => spawnNodeExecutor({ environment: process.env, daemonId, heapMb: null }),
})
