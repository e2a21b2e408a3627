/**
 * How an option is called in each place: `resultsTtl` here, `results-ttl`, `results_ttl` or `RESULTS_TTL` in a file as
 * its writer likes, `RQD_RESULTS_TTL` in the environment, `--results-ttl` on the command line. RQ's own names of
 * settings are the aliases.
 */

/** Names that mean an option which has another name here. */
const aliases: Readonly<Record<string, string>> = {
  redisUrl: 'url',
  loggingLevel: 'logLevel',
  withScheduler: 'scheduler',
  weight: 'weights',
  exceptionHandler: 'exceptionHandlers',
  httpHost: 'httpHosts',
}

/** The parts of `url`, each an option of its own, as RQ has them. */
export const addressParts = [
  ...(['redisHost', 'redisPort', 'redisDb', 'redisUsername', 'redisPassword', 'redisSsl'] as const),
  ...(['redisSslCaCerts', 'redisSslCertfile', 'redisSslKeyfile', 'redisSslServerName'] as const),
] as const
export type AddressPart = (typeof addressParts)[number]

/** Settings of RQ that cannot be meant here, with what to do instead. */
export const refusedNames: Readonly<Record<string, string>> = {
  dictConfig: 'is for the logging module of Python; set logLevel, logFormat and dateFormat instead',
  redisSslCertReqs: 'is not an option here: certificates are always verified; remove it',
  sentryCaCerts: 'is not an option here; set NODE_EXTRA_CA_CERTS to that file in the environment instead',
  sentryDebug: 'is not an option here; remove it',
  disableDefaultExceptionHandler: 'is a flag only; set defaultExceptionHandler to false instead',
  verbose: 'is a flag only; set logLevel to debug instead',
  quiet: 'is a flag only; set logLevel to warn instead',
  printConfig: 'is a flag only; remove it',
  config: 'is a flag only: a file names no other one; remove it',
}

/** The option that a name means, whichever way it is written. It may be none that exists. */
export function optionKey(name: string): string {
  const isCamel = /^[a-z][a-zA-Z0-9]*$/.test(name)
  const key = isCamel
    ? name
    : name.toLowerCase().replace(/[-_]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key
}

/** `resultsTtl` as `RQD_RESULTS_TTL`. */
export function environmentName(key: string): string {
  return `RQD_${spread(key, '_').toUpperCase()}`
}

/** `resultsTtl` as `results-ttl`: how files of this project's examples spell it. */
export function fileName(key: string): string {
  return spread(key, '-')
}

function spread(key: string, separator: string): string {
  return key.replace(/[A-Z]/g, (letter) => `${separator}${letter.toLowerCase()}`)
}
