/** Added to scores of attention that must not be seen. */
export const hiddenScore = -1e30;
