import fc from "fast-check";

/** fast-check as every property test uses it: what a generator allows at most is also tried. Its own default stops at ten elements. */
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });

export default fc;
