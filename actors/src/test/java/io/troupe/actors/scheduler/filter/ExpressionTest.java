package io.troupe.actors.scheduler.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
  @ParameterizedTest(name = "{0} against \"{1}\": {2}")
  @CsvSource({
    "12, = 10, true", // historically at least
    "9, = 10, false",
    "10, >= 10.0, true",
    "10, <= 9, false",
    "1e1, == 10, true",
    "-0, == 0, true",
    "10, != 10, false",
    "11, != 10, true",
    "ten, >= 1, false",
    "ten, != 1, false",
    "10, >= ten, false",
    "10, >=, false",
    "abc, s== abc, true",
    "abc, s!= abc, false",
    "10, s< 9, true", // as texts
    "10, s<= 10, true",
    "9, s> 10, true",
    "9, s>= 91, false",
    "xeon-gold, <in> gold, true",
    "xeon, <in> gold, false",
    "xeon, <in>, false",
    "aes avx sse, <all-in> avx aes, true",
    "aes avx sse, <all-in> avx sha, false",
    "b, <or> a <or> b, true",
    "<or>, <or> a <or> b, false",
    "c, <or> a <or> b, false",
    "true, true, true",
    "'two words', 'two words', true",
    "two, 'two words', false",
    "'> 1', '> 1', true", // not an operator, so plain text
    "'', '', true"
  })
  void answersAsNovaDoes(String value, String expression, boolean matches) {
    assertThat(Expression.matches(value, expression)).isEqualTo(matches);
  }
}
