"""What goes wrong, as it is called on screen, and what to do about it."""

from __future__ import annotations

from typing import Final

from bot.causes import Cause
from bot.watching import Ailment
from bot.web.console.wording import N_

#: cause -> what it is, what to do about it
CAUSES: Final = {
    Cause.SENDER: (
        N_("Our sender is not in order"),
        N_("Whoever looks after Homeloop puts it right with the provider. Then send this text again."),
    ),
    Cause.WORDING: (
        N_("The wording is refused"),
        N_("The carrier refuses the text itself, often because of a link. Reword it and send it again."),
    ),
    Cause.BLOCKED: (
        N_("Texts from our number are blocked"),
        N_("Their carrier lets nothing from our number through. Call them, or offer them Telegram."),
    ),
    Cause.LIMIT: (
        N_("The carrier's limit for the day was reached"),
        N_("Send it again tomorrow. If it cannot wait, call them today."),
    ),
    Cause.UNREACHABLE: (
        N_("The phone was off or out of reach"),
        N_("It was tried several times. Call them, or send it again later."),
    ),
    Cause.WRONG_NUMBER: (
        N_("The number does not exist"),
        N_("The office asks these families for their present number."),
    ),
    Cause.LANDLINE: (
        N_("The number takes no texts"),
        N_("It may be a landline. Call them, and ask for a mobile number."),
    ),
    Cause.NOT_LINKED: (
        N_("Not connected on Telegram"),
        N_("Send them the link to our bot again, by text or on paper."),
    ),
    Cause.NO_PHONE: (
        N_("We have no number"),
        N_("The office asks for one. Until then a paper goes home with the child."),
    ),
    Cause.NO_TEXT: (
        N_("There was no text in their language"),
        N_("Somebody who speaks the language calls them."),
    ),
    Cause.NO_SENDER: (
        N_("We cannot send to their app"),
        N_("Call them. Whoever looks after Homeloop can set a sender up."),
    ),
    Cause.STOPPED: (
        N_("They asked us to stop"),
        N_("No more texts to them. Tell them in person or on paper; only they can start again."),
    ),
    Cause.UNANSWERED: (
        N_("They leave our questions unanswered"),
        N_("We do not ask them by text any more. Call them, or ask a partner."),
    ),
    Cause.OVER: (
        N_("Its time was over"),
        N_("It could not go before it was worth nothing any more. Call them if it still matters."),
    ),
    Cause.ENOUGH: (
        N_("They have had their texts of the week"),
        N_("This one was optional, so it was left out for them. There is nothing to do."),
    ),
    Cause.LATER: (
        N_("They came after it went out"),
        N_("They or their phone were added later. Tell them if it still matters."),
    ),
    Cause.BY_STAFF: (
        N_("We stopped it ourselves"),
        N_("Somebody on the staff stopped or dropped this text. There is nothing to do."),
    ),
    Cause.OTHER: (
        N_("No reason was given"),
        N_("The provider says no more. Call them, or send it again later."),
    ),
}

#: what is not well, and what to do about it
AILMENTS: Final = {
    Ailment.STANDS_STILL: (
        N_("Nothing goes out by itself"),
        N_("The program's clock stands still. Restart Homeloop, or call whoever looks after it."),
    ),
    Ailment.NOT_READ: (
        N_("Families' answers are not being read"),
        N_("They are kept, and nothing is lost. Restart Homeloop, or call whoever looks after it."),
    ),
    Ailment.STOPPED: (
        N_("A sender is stopped"),
        N_("Its texts wait and nothing is lost. See why, put it right, and start it again."),
    ),
    Ailment.ON_HOLD: (
        N_("Nothing is sent yet: this is a restored backup"),
        N_("Homeloop reads back from the provider what has happened since. Then it sends again by itself."),
    ),
    Ailment.FILTERED: (
        N_("A text is paused: carriers filter it"),
        N_("Usually a link or the wording is at fault. Look at the text; what has not left waits."),
    ),
    Ailment.NO_SENDER: (
        N_("No sender is set up"),
        N_("Nothing can leave yet. Whoever looks after Homeloop connects Twilio or a Telegram bot."),
    ),
    Ailment.DEAF: (
        N_("We do not hear whether texts arrive"),
        N_("Texts left, and the provider says no more. Whoever looks after Homeloop checks its address."),
    ),
    Ailment.NOT_HEARD: (
        N_("What families write to our bot is not heard"),
        N_("Another program reads its messages, or Telegram refuses us. The sender's line says why."),
    ),
    Ailment.DAY_FULL: (
        N_("The daily limit of a sender is used up"),
        N_("The rest goes by itself on the next day. Emergencies and answers to families still go."),
    ),
    Ailment.ASKED_TO_WAIT: (
        N_("A provider asks us to wait"),
        N_("It takes no more texts for a while. They go on by themselves."),
    ),
}
