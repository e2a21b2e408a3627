import { RqdError, coerceError } from '../../src/errors.js'
import { nearestSpelling } from '../control/spelling.js'
import { DEFAULT_TENANT_PREFIX, placeTenants } from '../tenants/tenant.js'
import { describeValue } from './describe-value.js'
import { checkTogether } from './check-together.js'
import { addressParts, environmentName, fileName, refusedNames } from './names.js'
import { type Config, type ConfigInput, type Parsed, optionKeys, schema } from './schema.js'
import { maskSecret } from './secrets.js'
import { type Origin, type Setting, type Settings, nameSetting } from './settings.js'

/** A valid configuration, and where each of its values comes from. */
export interface Configuration {
  readonly config: Config
  readonly origins: ReadonlyMap<string, Origin>
  /** What may be a mistake, in sentences. */
  readonly warnings: readonly string[]
}

/**
 * Validate options as a whole, fill in the defaults and freeze.
 * @throws RqdError RQD_BAD_OPTION naming the option, what was found and what was expected.
 */
export function makeConfig(input: ConfigInput): Config {
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return configure(new Map(given.map(([key, value]) => [key, { value, origin: { kind: 'option', key } }]))).config
}

/**
 * The same from settings, with their origins.
 * @throws RqdError RQD_BAD_OPTION naming source and option, what was found and what was expected.
 */
export function configure(settings: Settings): Configuration {
  const warnings: string[] = []
  const known = new Map<string, Setting>()
  for (const [key, setting] of settings) {
    if (optionKeys.includes(key)) known.set(key, setting)
    else warnings.push(...judgeUnknown(key, setting))
  }
  const result = schema.safeParse(Object.fromEntries([...known].map(([key, { value }]) => [key, value])))
  if (!result.success) {
    const [issue] = result.error.issues
    throw refusal(known, issue?.path ?? [], issue?.message ?? 'it is not valid')
  }
  const config = withTenants(result.data, known.has('prefix'))
  checkAll(config, known)
  const origins = optionKeys.map((key): [string, Origin] => [key, known.get(key)?.origin ?? { kind: 'default' }])
  return { config: freeze(config), origins: new Map(origins), warnings }
}

/** Give each tenant its prefix; where none is given for all, they have another default than a daemon of its own. */
function withTenants(parsed: Parsed, hasPrefix: boolean): Config {
  const prefix = parsed.tenants.length > 0 && !hasPrefix ? DEFAULT_TENANT_PREFIX : parsed.prefix
  return { ...parsed, prefix, tenants: placeTenants(parsed.tenants, prefix) }
}

/** @throws RqdError RQD_BAD_OPTION that names an option which does not fit the others as its source does. */
function checkAll(config: Config, known: ReadonlyMap<string, Setting>): void {
  try {
    checkTogether(config)
  } catch (thrown) {
    const { message } = coerceError(thrown)
    const [key = ''] = message.split(' ', 1)
    const origin = known.get(key)?.origin
    if (origin === undefined) throw thrown
    const text = `${nameSetting(key, origin)}${message.slice(key.length)}`
    throw new RqdError('RQD_BAD_OPTION', text, { cause: thrown })
  }
}

// Somebody else's variable may begin like ours, so that one is refused for nothing; in all other places it is ours.
function judgeUnknown(key: string, { value, origin }: Setting): string[] {
  if (origin.kind === 'environment') {
    const nearest = nearestSpelling(key, optionKeys)
    if (nearest === undefined) return []
    return [`${origin.name} is no option and is ignored; did you mean ${environmentName(nearest)}?`]
  }
  const name = nameSetting(key, origin)
  const refused = Object.hasOwn(refusedNames, key) ? refusedNames[key] : undefined
  if (refused !== undefined) throw new RqdError('RQD_BAD_OPTION', `${name} ${refused}`)
  const nearest = nearestSpelling(key, [...optionKeys, ...addressParts])
  const hint = nearest === undefined ? 'docs/configuration.md lists all' : `did you mean ${fileName(nearest)}?`
  throw new RqdError('RQD_BAD_OPTION', `${name} is no option (found ${describeValue(maskSecret(key, value))}); ${hint}`)
}

function refusal(settings: Settings, path: readonly PropertyKey[], message: string): RqdError {
  const [key, ...rest] = path.map(String)
  const setting = key === undefined ? undefined : settings.get(key)
  if (key === undefined || setting === undefined) return new RqdError('RQD_BAD_OPTION', `options: ${message}`)
  const entry = rest.map((step) => (/^\d+$/.test(step) ? Number(step) + 1 : step)).join('.')
  const where = `${nameSetting(key, setting.origin)}${entry === '' ? '' : ` (entry ${entry})`}`
  const found = describeValue(maskSecret(key, valueAt(setting.value, rest)))
  return new RqdError('RQD_BAD_OPTION', `${where} is ${found}: ${message}`)
}

/** The part of a value that a path leads to; the whole, where it was written in another form. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let part = value
  for (const step of path) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, step)) return value
    part = (part as Record<string, unknown>)[step]
  }
  return part
}

function freeze<T>(value: T): Readonly<T> {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) freeze(each)
  return Object.freeze(value)
}
