import { types } from 'node:util';

/**
 * Jest runs tests in a realm of their own, where errors of Node itself (`ECONNREFUSED`, say) are no `instanceof Error`, and the AWS SDK
 * then hides them in a wrapper. In production there is one realm; so here errors are errors, wherever they come from.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, thing: unknown): boolean {
    const isInstance = Function.prototype[Symbol.hasInstance].call(this, thing);
    return isInstance || (this === Error && types.isNativeError(thing));
  },
});
