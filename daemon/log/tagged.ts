import type { LogFields, Logger } from '../../src/logger.js'

/** A logger whose lines have these fields as well, behind their own. */
export function tagged(logger: Logger, tags: LogFields): Logger {
  return {
    error: (message, fields) => logger.error(message, { ...fields, ...tags }),
    warn: (message, fields) => logger.warn(message, { ...fields, ...tags }),
    info: (message, fields) => logger.info(message, { ...fields, ...tags }),
    debug: (message, fields) => logger.debug(message, { ...fields, ...tags }),
  }
}
