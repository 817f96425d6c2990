package io.troupe.core.jmx;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a part of an MBean's interface stands for, in words for an administrator, with its unit. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
public @interface Description {
  String value();

  /** Of an operation. Who may only read may call those that change nothing. */
  Impact impact() default Impact.READS;

  /** What calling an operation does to the cloud. */
  enum Impact {
    READS,
    CHANGES
  }
}
