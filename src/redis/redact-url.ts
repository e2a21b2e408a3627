import { RqdError } from '../errors.js'

const EXPECTED =
  'expected redis://host:port/db, rediss://…, redis+sentinel://host:port,host:port/master/db, redis+cluster://host:port,host:port or unix:///path/to.sock?db=n'

/** The URL without its passwords, to show. */
export function redactUrl(url: string): string {
  // Up to the last @: a password may hold any character by mistake, and then the text is not even a URL.
  return url.replace(/^([a-z+]+:\/\/[^:@/]*:).*@/is, '$1***@').replace(/([?&](?:sentinel_)?password=)[^&]*/g, '$1***')
}

/** The refusal of a URL. `found`: what is wrong with it, without a password. */
export function badUrl(url: string, found: string): RqdError {
  return new RqdError('RQD_BAD_OPTION', `Redis URL ${JSON.stringify(redactUrl(url))} ${found}; ${EXPECTED}`)
}
