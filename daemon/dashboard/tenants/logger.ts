import type { Logger } from '../../../src/logger.js'

/** A logger whose lines name a tenant. */
export function ofTenant(logger: Logger, tenant: string): Logger {
  return {
    error: (sentence, fields) => logger.error(sentence, { ...fields, tenant }),
    warn: (sentence, fields) => logger.warn(sentence, { ...fields, tenant }),
    info: (sentence, fields) => logger.info(sentence, { ...fields, tenant }),
    debug: (sentence, fields) => logger.debug(sentence, { ...fields, tenant }),
  }
}
