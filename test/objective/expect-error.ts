/** Asserts an error by its code and its whole message. */
import { expect } from '@jest/globals';

interface Expected {
  readonly code: string;
  readonly message: string | RegExp;
}

/** Fails unless `action` throws such an error. */
export function expectError(action: () => unknown, expected: Expected): void {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  compare(thrown, expected);
}

/** Fails unless the promise is rejected with such an error. */
export async function expectRejection(promise: Promise<unknown>, expected: Expected): Promise<void> {
  compare(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
    expected,
  );
}

function compare(thrown: unknown, { code, message }: Expected): void {
  expect(thrown).toBeInstanceOf(Error);
  const error = thrown as Error & { code?: string };
  expect(error.message).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
  expect(error.code).toBe(code);
}
